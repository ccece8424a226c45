/** Trees come first: without them nobody knows which files to fetch. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { Tree } from '../format/tree.ts'
import type { Cache } from '../store/cache.ts'
import { fetchOne } from './fetch.ts'
import type { TransferEnds } from './request.ts'
import { type Failure, openTally, type TransferResult } from './tally.ts'

export interface FetchedTrees extends Pick<TransferResult, 'moved' | 'bytes' | 'failed' | 'absent'> {
  /** whole and readable */
  readonly trees: Map<ObjectId, Tree>
}

/**
 * Reads the trees that the cache has, and fetches the others. A damaged one is set aside and fetched again. Without a remote those
 * are `absent`. A tree that was fetched is on the remote, with all of its files: that is remembered.
 * @throws DvError 'interrupted', 'disk-full', and what all objects failed with
 */
export async function fetchTrees(
  ids: Iterable<ObjectId>,
  ends: Pick<TransferEnds, 'cache'> & Partial<TransferEnds>,
  context: Context,
): Promise<FetchedTrees> {
  const trees = new Map<ObjectId, Tree>()
  const unreadable: Failure[] = []
  const read = (id: ObjectId): Tree | undefined => {
    const tree = readOrUndefined(id, ends.cache, unreadable)
    if (tree !== undefined) trees.set(id, tree)
    return tree
  }
  const lacking = [...new Set(ids)].filter(id => read(id) === undefined && unreadable.at(-1)?.id !== id)
  const { cache, remote, known } = ends
  if (remote === undefined || lacking.length === 0) return { trees, moved: 0, bytes: 0, failed: unreadable, absent: lacking }
  const tally = openTally(context)
  context.report({ type: 'phase', name: 'Fetching lists of files', items: lacking.length })
  await pool(lacking, { limit: remote.concurrency, signal: context.signal }, async id => {
    if (!(await fetchOne(id, { ends: { cache, remote }, tally }, context.signal))) return
    const tree = read(id)
    if (tree !== undefined)
      known?.addTree(
        id,
        tree.map(entry => entry.id),
      )
  })
  const { moved, bytes, failed, absent } = tally.result()
  return { trees, moved, bytes, failed: [...unreadable, ...failed], absent }
}

/** One that has the right hash and cannot be read was made so: fetching it again would bring the same. */
function readOrUndefined(id: ObjectId, cache: Cache, unreadable: Failure[]): Tree | undefined {
  try {
    return cache.readTree(id)
  } catch (error) {
    if (!(error instanceof DvError)) throw error
    if (error.code === 'bad-pointer') unreadable.push({ id, error })
    else if (error.code === 'object-corrupt') cache.setAside(id)
    else if (error.code !== 'object-missing') throw error
    return undefined
  }
}
