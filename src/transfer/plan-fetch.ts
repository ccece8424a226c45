/** What the cache lacks. */
import type { ObjectId } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'

export interface FetchPlan {
  /** to be asked of a remote */
  readonly files: readonly ObjectId[]
  /** how many the cache has */
  readonly present: number
}

/** @throws DvError 'access-denied', 'store-unavailable' when the cache cannot be read */
export function planFetch(ids: ReadonlySet<ObjectId>, cache: Cache): FetchPlan {
  const here = cache.hasNow([...ids])
  return { files: [...ids].filter(id => !here.has(id)), present: here.size }
}
