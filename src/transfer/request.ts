/** What a transfer is about, and between which places. */
import type { ObjectId } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { KnownObjects } from './known-objects.ts'

export interface TransferRequest {
  /** the files that each tree lists, each once or more; none for a tree that nobody has */
  readonly trees: ReadonlyMap<ObjectId, readonly ObjectId[]>
  /** of outputs that are one file, or of a path inside a folder */
  readonly files: ReadonlySet<ObjectId>
}

export interface TransferEnds {
  readonly cache: Cache
  readonly remote: ObjectStore
  readonly known: KnownObjects
}
