/** Reads objects back from a remote and hashes them. */
import { setMaxListeners } from 'node:events'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { checkBody } from '../store/whole-body.ts'
import { openTally } from './tally.ts'

export interface RemoteInspection {
  /** objects that were read to their end */
  readonly read: number
  readonly bytes: number
  /** with another hash, twice in a row */
  readonly damaged: readonly ObjectId[]
  readonly missing: readonly ObjectId[]
  /** that could not be read, so that nothing is known of them */
  readonly failed: readonly { readonly id: ObjectId; readonly error: unknown }[]
}

export interface InspectionRequest {
  readonly store: ObjectStore
  readonly hash: HashKind
  /** objects at a time; by default what the store serves well */
  readonly jobs?: number | undefined
}

/**
 * Keeps no object: of each there is at most 1 MiB in memory. @throws DvError 'interrupted', and what all objects failed with
 */
export async function inspectRemote(
  ids: readonly ObjectId[],
  { store, hash, jobs }: InspectionRequest,
  context: Context,
): Promise<RemoteInspection> {
  const tally = openTally(context)
  setMaxListeners(0, context.signal)
  const { signal } = context
  const damaged: ObjectId[] = []
  const isWhole = async (id: ObjectId): Promise<boolean> => {
    const { isWhole, bytes } = await store.read(id, { signal }, body => checkBody(body, { id, hash }))
    if (isWhole) tally.moved(bytes)
    return isWhole
  }
  context.report({ type: 'phase', name: `Reading ${store.label}`, items: ids.length })
  await pool(ids, { limit: jobs ?? store.concurrency, signal }, async id => {
    try {
      // Once more: what was flipped on its way is whole the second time.
      if ((await isWhole(id)) || (await isWhole(id))) return
      damaged.push(id)
    } catch (error) {
      if (error instanceof DvError && error.code === 'object-missing') tally.absent(id)
      else tally.failed(id, error)
    }
  })
  const { moved, bytes, failed, absent } = tally.result()
  return { read: moved + damaged.length, bytes, damaged, missing: absent, failed }
}

/** What `inspectRemote` would find missing, without reading anything. */
export async function missingOn(store: ObjectStore, ids: readonly ObjectId[], context: Context): Promise<readonly ObjectId[]> {
  context.report({ type: 'phase', name: `Asking ${store.label}` })
  const there = await store.has(ids, context.signal)
  return ids.filter(id => !there.has(id))
}
