/** Carries out what a gc has planned: lists of files first, then a look at pointers and refs as they are now, then the files. */
import type { Context } from '../base/context.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { ListedObject } from '../store/object-store.ts'
import { bringBack, emptyBatch, newBatch, type TrashBatch, throwAway, trashBatches, trashedObjects } from '../store/trash.ts'
import { openSeenObjects } from '../transfer/seen-objects.ts'
import { type Garbage, type Heap, heapOfCache, heapOfRemote, surveyHeap } from './garbage.ts'
import type { GraceTimes } from './gc-grace.ts'
import { type GcPlan, isYoung, type RemoteGarbage } from './gc-plan.ts'
import type { KeptObjects } from './kept-objects.ts'
import { seenFile } from './seen-file.ts'

export interface Swept {
  /** objects that went to the trash */
  readonly trashed: number
  /** objects that came back from it, since a pointer names them again */
  readonly returned: number
  /** bytes of disk that are free now */
  readonly freed: number
  /** of each remote that was cleaned, in the order of the plan */
  readonly removed: readonly { readonly name: string; readonly objects: number }[]
}

export interface SweepOptions {
  /** the one that is cleaned, then those with which it shares its cache */
  readonly repos: readonly Repo[]
  readonly kept: KeptObjects
  readonly grace: GraceTimes
  /** the trash is emptied at once */
  readonly now: boolean
}

export async function sweep(plan: GcPlan, options: SweepOptions, context: Context): Promise<Swept> {
  const [repo] = options.repos as readonly [Repo, ...Repo[]]
  const inOrder = [...options.repos].sort((a, b) => (a.root < b.root ? -1 : 1))
  const { trashed, returned } = await withLocks(inOrder, () => sweepCache(repo, { plan, kept: options.kept }, context))
  const removed: { name: string; objects: number }[] = []
  for (const garbage of plan.remotes)
    removed.push({ name: garbage.remote.name, objects: await sweepRemote(repo, { ...options, garbage }, context) })
  context.report({ type: 'phase', name: 'Emptying the trash' })
  const going = options.now ? trashBatches(repo.cache('md5').folder) : plan.emptied.map(({ batch }) => batch)
  return { trashed, returned, freed: await emptyBatches(repo, going, context), removed }
}

/** No writer of pointers comes between the second look and the removal. A running stage of a pipeline does not matter. */
async function withLocks<T>(repos: readonly Repo[], use: () => Promise<T>): Promise<T> {
  const [first, ...rest] = repos
  return first === undefined ? use() : withLock(first, () => withLocks(rest, use), { writes: [] })
}

/** @returns bytes */
export async function emptyBatches(repo: Repo, batches: readonly TrashBatch[], context: Context): Promise<number> {
  let freed = 0
  for (const batch of batches) freed += await emptyBatch(batch, repo.cache('md5').folder, context.signal)
  return freed
}

async function sweepCache(
  repo: Repo,
  { plan, kept }: { readonly plan: GcPlan; readonly kept: KeptObjects },
  context: Context,
): Promise<{ trashed: number; returned: number }> {
  const { signal } = context
  const { folder } = repo.cache('md5')
  const cacheOf = (hash: HashKind) => repo.cache(hash)
  const batch = newBatch(folder, context.now())
  const shared = repo.config.get('cache', 'shared') === 'group'
  const take = async (hash: HashKind, objects: readonly ListedObject[]): Promise<number> =>
    (await throwAway(batch, { cache: repo.cache(hash), ids: objects.map(({ id }) => id), shared }, signal)).length
  context.report({ type: 'phase', name: 'Moving to the trash' })
  let trashed = 0
  for (const { cache, trees } of plan.caches) trashed += await take(cache.hash, trees)
  try {
    await kept.read()
  } catch (error) {
    await bringBack(trashedObjects(batch), cacheOf, new AbortController().signal)
    throw error
  }
  const wanted = trashedObjects(batch).filter(({ hash, id }) => kept.has(hash, id))
  trashed -= (await bringBack(wanted, cacheOf, signal)).length
  for (const garbage of plan.caches)
    trashed += await take(
      garbage.cache.hash,
      await stillGarbage(garbage, { heap: heapOfCache(garbage.cache), kept, stays: isList }, signal),
    )
  const missed = trashBatches(folder)
    .flatMap(each => trashedObjects(each))
    .filter(({ hash, id }) => kept.has(hash, id))
  return { trashed, returned: (await bringBack(missed, cacheOf, signal)).length }
}

/** By now the lists that should go are gone. Another one, which nobody names, is somebody's who is about to. */
const isList = ({ id }: { readonly id: ObjectId }): boolean => isTreeId(id)

interface Again {
  readonly heap: Heap
  readonly kept: KeptObjects
  readonly stays: (object: ListedObject) => boolean
}

/** The planned files that are still nobody's, and that nobody has written anew. */
async function stillGarbage({ files }: Garbage, { heap, kept, stays }: Again, signal: AbortSignal): Promise<readonly ListedObject[]> {
  if (files.length === 0) return []
  const now = new Map((await surveyHeap(heap, { kept, stays }, signal)).files.map(file => [file.id, file.time]))
  return files.filter(({ id, time }) => now.get(id) === time)
}

/** Objects in one removal: what was done before a failure or Ctrl-C is forgotten by the index all the same. */
const removedAtOnce = 10_000

/** For good, so there is no hurry: a remote is nobody's lock. */
async function sweepRemote(
  repo: Repo,
  { garbage, kept, grace }: SweepOptions & { readonly garbage: RemoteGarbage },
  context: Context,
): Promise<number> {
  const { store, known, hash, remote } = garbage
  if (garbage.trees.length + garbage.files.length === 0) return 0
  const { signal } = context
  const remove = async (objects: readonly ListedObject[]): Promise<void> => {
    for (let at = 0; at < objects.length; at += removedAtOnce) {
      throwIfAborted(signal)
      const ids = objects.slice(at, at + removedAtOnce).map(({ id }) => id)
      seen.replace(ids, new Set())
      await store.remove(ids, signal)
      context.report({ type: 'advance', items: ids.length, bytes: 0 })
    }
  }
  const seen = openSeenObjects(seenFile(repo, remote, hash))
  const heap = heapOfRemote(store, repo.cache(hash))
  const young = isYoung(grace, context.now())
  const stays = (object: ListedObject): boolean => isList(object) || young(object)
  // What was learnt of this remote is forgotten first: a kill in the middle must not leave a promise that is not kept.
  known.clear()
  known.flush()
  await kept.read()
  const trees = garbage.trees.filter(({ id }) => !kept.has(hash, id))
  context.report({ type: 'phase', name: `Removing from ${remote.name}`, items: trees.length + garbage.files.length })
  await remove(trees)
  await kept.read()
  const files = await stillGarbage(garbage, { heap, kept, stays }, signal)
  await remove(files)
  return trees.length + files.length
}
