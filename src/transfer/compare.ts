/** What a cache and a remote do not share: for `status -c`. */
import type { Context } from '../base/context.ts'
import type { ObjectId } from '../base/object-id.ts'
import { askRemote } from './ask-remote.ts'
import type { TransferEnds, TransferRequest } from './request.ts'

export interface RemoteComparison {
  /** in the cache, not on the remote */
  readonly newHere: Set<ObjectId>
  /** on the remote, not in the cache */
  readonly onlyRemote: Set<ObjectId>
  /** in neither place */
  readonly missing: Set<ObjectId>
}

export async function compareWithRemote(request: TransferRequest, ends: TransferEnds, context: Context): Promise<RemoteComparison> {
  context.report({ type: 'phase', name: `Asking ${ends.remote.label}` })
  const { present } = await askRemote(request, ends, context.signal)
  const all = new Set([...request.trees.keys(), ...request.files])
  for (const listed of request.trees.values()) for (const id of listed) all.add(id)
  const here = await ends.cache.has([...all], context.signal)
  const result: RemoteComparison = { newHere: new Set(), onlyRemote: new Set(), missing: new Set() }
  for (const id of all) {
    if (here.has(id) && present.has(id)) continue
    if (here.has(id)) result.newHere.add(id)
    else if (present.has(id)) result.onlyRemote.add(id)
    else result.missing.add(id)
  }
  return result
}
