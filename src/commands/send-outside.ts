/** Data that is not in the cache, sent to a remote as if it were: files first, their list last, every hash checked on the way. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'
import type { Repo } from '../repo/open.ts'
import type { RemoteConfig } from '../store/open.ts'
import { planSend } from '../transfer/plan-send.ts'
import { sendObjects } from '../transfer/send.ts'
import type { Failure } from '../transfer/tally.ts'
import { type Sources, sourceCache } from './source-cache.ts'

export interface Sending {
  /** for people */
  readonly label: string
  readonly sources: Sources
  readonly remote: RemoteConfig
  /** transfers at a time */
  readonly jobs?: number | undefined
}

/** @throws DvError 'transfer-failed' unless all of it is there */
export async function sendOutside(repo: Repo, sending: Sending, context: Context): Promise<void> {
  const failed = await trySendOutside(repo, sending, context)
  if (failed.length > 0) throw sendingFailed(failed)
}

export const sendingFailed = (failed: readonly Failure[]): DvError => {
  const [first] = failed
  const why = first?.error instanceof Error ? first.error.message : String(first?.error)
  return new DvError('transfer-failed', `${formatCount(failed.length, 'object')} could not be sent: ${why}`, { cause: first?.error })
}

/** Resolves with what failed. @throws DvError 'transfer-failed' when a part went away */
export async function trySendOutside(repo: Repo, { label, sources, remote, jobs }: Sending, context: Context): Promise<readonly Failure[]> {
  const { store, known } = await repo.store(remote, 'md5')
  const ends = { cache: sourceCache(repo.cache('md5'), sources), remote: store, known }
  const ids = new Set<ObjectId>([...sources.files, ...sources.streams].map(({ id }) => id))
  const request = sources.tree
    ? { trees: new Map([[sources.tree.id, [...ids]]]), files: new Set<never>() }
    : { trees: new Map(), files: ids }
  const sent = await sendObjects(await planSend(request, ends, context), ends, jobs === undefined ? {} : { jobs }, context)
  if (sent.failed.length === 0 && sent.absent.length + sent.withheld.length > 0)
    throw new DvError('transfer-failed', `'${label}' could not be sent whole: files of it went away`)
  return sent.failed
}
