/** Tells, without listing them, that the folders of a store hold the same names as before. */
import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ObjectId } from '../base/object-id.ts'
import type { ObjectFolder } from './object-folder.ts'

/** Folders `00` to `ff`. */
const folderCount = 256
/** ns: clocks of file systems tick every 1 to 10 ms; a change in the tick of the one before it could go unseen. */
const settledAfter = 100_000_000n

/**
 * A digest of where the store is, and of inode and mtime of its 256 folders: adding, renaming or removing an object changes the mtime of
 * its folder. 256 look-ups take 1 ms, where 20,000 objects take 20. Undefined when a folder has changed just now. `now`: ms since 1970.
 */
export function sealOf(place: Pick<ObjectFolder, 'folder' | 'hash' | 'pathOf'>, now: number): string | undefined {
  const digest = createHash('md5').update(`${place.hash} ${place.folder}`)
  const latest = BigInt(Math.floor(now)) * 1_000_000n - settledAfter
  for (let at = 0; at < folderCount; at++) {
    const folder = dirname(place.pathOf(`${at.toString(16).padStart(2, '0')}${'0'.repeat(30)}` as ObjectId))
    const stats = lstatSync(folder, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) continue
    if (stats.mtimeNs > latest) return undefined
    digest.update(` ${at} ${stats.ino} ${stats.mtimeNs}`)
  }
  return digest.digest('hex')
}
