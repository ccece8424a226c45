/** Removes objects from a folder of objects. */
import { unlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { isSystemError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { fileError } from './file-errors.ts'
import type { ObjectFolder } from './object-folder.ts'

/** Removals between two turns of the event loop: about 10 ms. */
const batchSize = 500

/** The two-digit folders stay: a colleague may be about to put an object there. */
export async function removeObjects(place: ObjectFolder, ids: readonly ObjectId[], signal: AbortSignal): Promise<void> {
  throwIfAborted(signal)
  let count = 0
  for (const id of ids) {
    try {
      unlinkSync(place.pathOf(id))
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw fileError(error, `remove ${place.pathOf(id)}`, place.pathOf(id))
    }
    if (++count % batchSize === 0) {
      await setImmediate()
      throwIfAborted(signal)
    }
  }
}
