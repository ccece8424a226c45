/** What has to travel so that a remote has all of a request. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import type { Cache } from '../store/cache.ts'
import { askRemote } from './ask-remote.ts'
import type { TransferEnds, TransferRequest } from './request.ts'

export interface SendPlan {
  /** Those that the remote lacks and the cache has. A tree goes when all of its `missing` went and none is absent. */
  readonly trees: readonly PlannedTree[]
  /** single files to send */
  readonly files: readonly ObjectId[]
  /** in neither place: single files, trees, and files of trees */
  readonly absent: readonly ObjectId[]
  /** how many objects of the request the remote has */
  readonly present: number
  /** bytes of all objects to send, trees included */
  readonly bytes: number
  /** bytes of each object to send */
  readonly sizes: ReadonlyMap<ObjectId, number>
}

export interface PlannedTree {
  readonly id: ObjectId
  readonly missing: readonly ObjectId[]
  /** in neither place */
  readonly absent: readonly ObjectId[]
  /** on the remote, as far as is known */
  readonly present: readonly ObjectId[]
  /** trees whose promise is all that is known of some of `present`; to be asked for again before this tree is written */
  readonly promises: readonly ObjectId[]
}

function isEmptyTree(id: ObjectId, cache: Cache): boolean {
  try {
    return cache.readTree(id).length === 0
  } catch (error) {
    // A damaged one goes on: sending it finds that out, tells it, and sets it aside.
    if (error instanceof DvError && (error.code === 'object-missing' || error.code === 'object-corrupt')) return true
    throw error
  }
}

export async function planSend(request: TransferRequest, ends: TransferEnds, context: Context): Promise<SendPlan> {
  context.report({ type: 'phase', name: `Asking ${ends.remote.label}` })
  const { present, promises } = await askRemote(request, ends, context.signal)
  throwIfAborted(context.signal)
  const sizes = new Map<ObjectId, number>()
  const absent = new Set<ObjectId>()
  /** 'here' when the cache has it; looked up once */
  const look = (id: ObjectId): boolean => {
    if (sizes.has(id)) return true
    if (absent.has(id)) return false
    const size = ends.cache.sizeOf(id)
    if (size === undefined) absent.add(id)
    else sizes.set(id, size)
    return size !== undefined
  }
  const trees: PlannedTree[] = []
  for (const [id, listed] of request.trees) {
    if (present.has(id)) continue
    if (!look(id)) continue
    if (listed.length === 0 && !isEmptyTree(id, ends.cache)) {
      // When it was asked for, the list was not there, or could not be read: it must not be sent without its files.
      sizes.delete(id)
      absent.add(id)
      continue
    }
    const files = [...new Set(listed)]
    const lacking = files.filter(file => !present.has(file))
    trees.push({
      id,
      missing: lacking.filter(look),
      absent: lacking.filter(file => !look(file)),
      present: files.filter(file => present.has(file)),
      promises: [...(promises.get(id) ?? [])],
    })
  }
  const files = [...request.files].filter(id => !present.has(id) && look(id))
  for (const tree of trees) if (tree.absent.length > 0) sizes.delete(tree.id)
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return { trees, files, absent: [...absent], present: present.size, bytes, sizes }
}
