/** What the index knows of an output goes with it to its new place. */
import { renameSync } from 'node:fs'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import { fileError } from '../store/file-errors.ts'
import { newFileRows } from './file-rows.ts'
import type { Place } from './place.ts'
import { newStampRows, readStamp, writeStamp, youngestOf } from './stamp-rows.ts'
import { statsOfFile } from './walk.ts'

/**
 * One rename, so that links stay links and the data is at one of the two places at every instant. Files of a folder look afterwards as
 * they did before; a single file has a new ctime, which is known to come from us. @throws DvError 'access-denied', 'store-refused'
 */
export async function moveOutput(from: Place, to: Place): Promise<void> {
  const table = await from.index.read()
  const isFile = table?.paths.length === 1 && table.paths[0] === ''
  const before = isFile ? statsOfFile(from.path) : undefined
  try {
    renameSync(from.path, to.path)
  } catch (error) {
    throw fileError(error, `move ${from.path} to ${to.path}`, to.path)
  }
  if (table === undefined) return
  if (!isFile) to.index.replace(table)
  else if (before !== undefined && sameStamp(readStamp(table.stamps, 0), stampOf(before))) {
    const stats = statsOfFile(to.path)
    if (stats === undefined) return
    const rows = newFileRows([''], newStampRows(1))
    writeStamp(rows.stamps, 0, stats)
    rows.ids.set(table.ids)
    const youngest = youngestOf(rows.stamps, 0)
    const settled = table.settled[0] === 1 && youngest < (await to.index.tickAfter(youngest, to.path)) ? 1 : 0
    to.index.replace({ ...rows, settled: Uint8Array.of(settled), hash: table.hash, id: table.id, size: table.size })
  }
  await to.index.flush()
}
