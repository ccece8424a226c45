/** File stamps packed into one array: a million of them are 40 MB, as objects they would be 300 MB. */
import type { BigIntStats } from 'node:fs'
import type { FileStamp } from '../base/file-stamp.ts'

/** Numbers a row has: size, mtime, ctime, inode, links; units as in FileStamp. */
export const stampWidth = 5

/** Shared memory, so that threads read and write the same rows. */
export const newStampRows = (count: number): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(count * stampWidth * 8))

export function writeStamp(rows: BigInt64Array, row: number, stats: BigIntStats): void {
  const at = row * stampWidth
  rows[at] = stats.size
  rows[at + 1] = stats.mtimeNs
  rows[at + 2] = stats.ctimeNs
  rows[at + 3] = stats.ino
  rows[at + 4] = stats.nlink
}

export function readStamp(rows: BigInt64Array, row: number): FileStamp {
  const at = row * stampWidth
  return {
    size: rows[at] ?? 0n,
    mtimeNs: rows[at + 1] ?? 0n,
    ctimeNs: rows[at + 2] ?? 0n,
    inode: rows[at + 3] ?? 0n,
    links: rows[at + 4] ?? 0n,
  }
}

export function copyStamp(
  from: { readonly rows: BigInt64Array; readonly row: number },
  to: { readonly rows: BigInt64Array; readonly row: number },
): void {
  const start = from.row * stampWidth
  to.rows.set(from.rows.subarray(start, start + stampWidth), to.row * stampWidth)
}

/** `sameStamp` of base/file-stamp.ts for two packed rows. */
export function sameStampRow(a: BigInt64Array, rowA: number, b: { readonly rows: BigInt64Array; readonly row: number }): boolean {
  const left = rowA * stampWidth
  const right = b.row * stampWidth
  const { rows } = b
  return (
    a[left] === rows[right] &&
    a[left + 1] === rows[right + 1] &&
    a[left + 3] === rows[right + 3] &&
    (a[left + 4] !== 1n || rows[right + 4] !== 1n || a[left + 2] === rows[right + 2])
  )
}

/** ns since 1970, the last change that the stamp can tell: a new hard link sets the ctime too, so that counts for link count 1 only. */
export function youngestOf(rows: BigInt64Array, row: number): bigint {
  const at = row * stampWidth
  const mtime = rows[at + 1] ?? 0n
  const ctime = rows[at + 2] ?? 0n
  return rows[at + 4] === 1n && ctime > mtime ? ctime : mtime
}

export const sizeOf = (rows: BigInt64Array, row: number): number => Number(rows[row * stampWidth] ?? 0n)
