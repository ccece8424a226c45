/** A store whose `has` answers from the past, as a listing of an eventually consistent store or a colleague's gc may make it. */
import type { ObjectId } from '../../src/base/object-id.ts'
import type { ObjectStore } from '../../src/store/object-store.ts'

export interface LateStore extends ObjectStore {
  /** From now on `has` answers what is true now. */
  settle(): void
}

/** `remembers`: what `has` says is there, true or not, until `settle` is called. */
export function openLateStore(store: ObjectStore, remembers: Iterable<ObjectId>): LateStore {
  let past: Set<ObjectId> | undefined = new Set(remembers)
  return {
    ...store,
    settle: () => {
      past = undefined
    },
    has: async (ids, signal) => {
      const now = await store.has(ids, signal)
      return past ? new Set(ids.filter(id => past?.has(id))) : now
    },
  }
}
