/** From a remote into the cache. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { FetchPlan } from './plan-fetch.ts'
import type { TransferEnds } from './request.ts'
import type { TransferOptions } from './send.ts'
import { openTally, type Tally, type TransferResult } from './tally.ts'

/**
 * Gets each object straight away: a question before would cost as much as the answer. What the remote has not is `absent`. The
 * cache hashes what comes in; damaged bytes are asked for again by the store's retry, then reported.
 * @throws DvError 'interrupted', 'disk-full', and what all objects failed with
 */
export async function fetchObjects(
  plan: FetchPlan,
  ends: Pick<TransferEnds, 'cache' | 'remote'>,
  options: TransferOptions,
  context: Context,
): Promise<TransferResult> {
  const tally = openTally(context)
  if (plan.files.length > 0) context.report({ type: 'phase', name: 'Fetching', items: plan.files.length })
  await pool(plan.files, { limit: options.jobs ?? ends.remote.concurrency, signal: context.signal }, async id => {
    await fetchOne(id, { ends, tally }, context.signal)
  })
  return tally.result()
}

/** Whether it arrived. */
export async function fetchOne(
  id: ObjectId,
  { ends: { cache, remote }, tally }: { readonly ends: Pick<TransferEnds, 'cache' | 'remote'>; readonly tally: Tally },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    tally.moved(await remote.read(id, { signal }, body => cache.receive(id, body, signal)))
    return true
  } catch (error) {
    if (error instanceof DvError && error.code === 'object-missing') tally.absent(id)
    else tally.failed(id, nameRemote(error, remote.label))
    return false
  }
}

/** The cache knows what arrived, not from where. */
const nameRemote = (error: unknown, label: string): unknown =>
  error instanceof DvError && error.code === 'object-corrupt'
    ? new DvError(error.code, `${error.message}; it came from ${label}`, { hint: error.hint, cause: error })
    : error
