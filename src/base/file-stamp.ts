/** What tells, without reading it, that a file is still the one that was hashed. */
import type { BigIntStats } from 'node:fs'

export interface FileStamp {
  /** bytes */
  readonly size: bigint
  /** ns since 1970 */
  readonly mtimeNs: bigint
  /** ns since 1970 */
  readonly ctimeNs: bigint
  readonly inode: bigint
  /** how many names the inode has */
  readonly links: bigint
}

export const stampOf = (stats: BigIntStats): FileStamp => ({
  size: stats.size,
  mtimeNs: stats.mtimeNs,
  ctimeNs: stats.ctimeNs,
  inode: stats.ino,
  links: stats.nlink,
})

/**
 * Size, mtime and inode, and ctime where both have a link count of 1: making or removing another hard link to a file changes
 * its ctime, but nothing of its content. The ctime catches an edit that preserved the mtime.
 */
export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.inode === b.inode && (a.links !== 1n || b.links !== 1n || a.ctimeNs === b.ctimeNs)
