/** What a remote lacks of outputs: DVC's "not in remote". */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { TrackedEntry } from '../repo/compare-versions.ts'
import type { Repo } from '../repo/open.ts'
import type { RemoteConfig } from '../store/open.ts'
import { openSeenObjects } from '../transfer/seen-objects.ts'
import { isFromRepository } from './collect.ts'
import { type DataOutput, type TreeOf, versionOf } from './compared-outputs.ts'
import type { FileLists } from './file-lists.ts'
import { seenFile } from './seen-file.ts'

interface Asking {
  readonly remote?: string
  /** false: by what was learnt before */
  readonly remoteRefresh?: boolean
  readonly lists: FileLists
  /** absent: folders are asked for as a whole */
  readonly treeOf: TreeOf | undefined
  readonly context: Context
}

/**
 * Each object is asked for: that a folder's list is there promises its files, and this is where one looks whether it holds. Without any
 * remote nothing is anywhere. @throws DvError 'bad-config' when there is no remote of that name
 */
export async function notInRemote(repo: Repo, outputs: readonly DataOutput[], asking: Asking): Promise<readonly TrackedEntry[]> {
  const { lists, treeOf } = asking
  if (asking.remote !== undefined) await remoteFor(repo, asking.remote)
  const pushed = outputs.filter(({ tracked: { output, pointer } }) => output.pushed && !isFromRepository(pointer.rest))
  if (treeOf) await lists.ensure(pushed)
  const groups = new Map<string, DataOutput[]>()
  for (const one of pushed) {
    const key = JSON.stringify([one.tracked.output.remote ?? asking.remote ?? null, one.entry.hash])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const lacking: TrackedEntry[] = []
  for (const [key, group] of groups) {
    const [name] = JSON.parse(key) as [string | null]
    const { entries } = versionOf(group, treeOf)
    const remote = await remoteFor(repo, name ?? undefined)
    const present = remote ? await idsThere(repo, entries, { ...asking, on: remote }) : new Set<ObjectId>()
    for (const entry of entries) if (!present.has(entry.id)) lacking.push(entry)
  }
  return lacking
}

/** Undefined when none is configured. An unknown name is a matter of configuration here, as in DVC. */
async function remoteFor(repo: Repo, name: string | undefined): Promise<RemoteConfig | undefined> {
  try {
    return await repo.remote(name)
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'no-remote') throw error
    if (name === undefined && repo.config.get('core', 'remote') === undefined) return undefined
    throw new DvError('bad-config', error.message, { hint: error.hint, cause: error })
  }
}

async function idsThere(
  repo: Repo,
  entries: readonly TrackedEntry[],
  { on, remoteRefresh, context }: Asking & { readonly on: RemoteConfig },
): Promise<ReadonlySet<ObjectId>> {
  const hash = entries[0]?.hash ?? 'md5'
  const ids = [...new Set(entries.map(({ id }) => id))]
  const seen = openSeenObjects(seenFile(repo, on, hash))
  const { store, known } = await repo.store(on, hash)
  if (remoteRefresh === false) return new Set(ids.filter(id => seen.has(id) || known.hasTree(id) || known.promiseOf(id) !== undefined))
  context.report({ type: 'phase', name: `Asking ${store.label}` })
  const present = await store.has(ids, context.signal)
  if (ids.some(id => !present.has(id) && known.hasTree(id))) known.clear()
  seen.replace(ids, present)
  return present
}
