/** Trees that may or may not be at hand. */
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import type { Cache } from '../store/cache.ts'

/** Reads each tree once; undefined when the cache does not hold it, or holds a damaged one (the caller counts it as not there). */
export function readableTrees(cache: Cache): (id: ObjectId) => Tree | undefined {
  const read = new Map<ObjectId, Tree | undefined>()
  return id => {
    if (!read.has(id)) read.set(id, readOrUndefined(cache, id))
    return read.get(id)
  }
}

function readOrUndefined(cache: Cache, id: ObjectId): Tree | undefined {
  try {
    return cache.readTree(id)
  } catch (error) {
    if (error instanceof DvError && (error.code === 'object-missing' || error.code === 'object-corrupt')) return undefined
    throw error
  }
}
