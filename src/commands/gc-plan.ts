/** What a gc would do, as a value. */
import { lstatSync } from 'node:fs'
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import type { ListedObject, ObjectStore } from '../store/object-store.ts'
import type { RemoteConfig } from '../store/open.ts'
import { type TrashBatch, type TrashedObject, trashBatches, trashedObjects } from '../store/trash.ts'
import type { KnownObjects } from '../transfer/known-objects.ts'
import { type Garbage, heapOfCache, heapOfRemote, surveyHeap } from './garbage.ts'
import type { GraceTimes } from './gc-grace.ts'
import { type KeptObjects, noRemote } from './kept-objects.ts'

export interface CacheGarbage extends Garbage {
  readonly cache: Cache
  /** bytes that no work tree's hard link holds on to */
  readonly freed: number
}

export interface RemoteGarbage extends Garbage {
  readonly remote: RemoteConfig
  readonly hash: HashKind
  readonly store: ObjectStore
  readonly known: KnownObjects
}

export interface GcPlan {
  readonly caches: readonly CacheGarbage[]
  readonly remotes: readonly RemoteGarbage[]
  /** in the trash, named again by a pointer, and not in the cache */
  readonly returning: readonly TrashedObject[]
  /** batches whose time is over */
  readonly emptied: readonly { readonly batch: TrashBatch; readonly objects: number; readonly bytes: number }[]
  /** the cache is not inside of this repository: others may use it */
  readonly sharedWith: string | undefined
}

export interface PlanOptions {
  readonly kept: KeptObjects
  /** cloud: the remotes to clean, too */
  readonly remotes: readonly RemoteConfig[]
  readonly grace: GraceTimes
}

export const layouts: readonly HashKind[] = ['md5', 'md5-dos2unix']

export async function planGc(repo: Repo, { kept, remotes, grace }: PlanOptions, context: Context): Promise<GcPlan> {
  context.report({ type: 'phase', name: 'Looking through the cache' })
  const caches: CacheGarbage[] = []
  for (const hash of layouts) caches.push(await garbageOfCache(repo.cache(hash), kept, context))
  const stores: RemoteGarbage[] = []
  for (const remote of remotes) {
    context.report({ type: 'phase', name: `Listing ${remote.name}` })
    for (const hash of layouts) stores.push(await garbageOfRemote(repo, { remote, hash, kept, grace }, context))
  }
  const { folder } = repo.cache('md5')
  const batches = trashBatches(folder).map(batch => ({ batch, objects: trashedObjects(batch) }))
  const returning = eachOnce(
    batches.flatMap(({ objects }) => objects).filter(({ hash, id }) => kept.has(hash, id) && repo.cache(hash).sizeOf(id) === undefined),
  )
  const back = new Set(returning.map(({ path }) => path))
  const emptied = batches
    .filter(({ batch }) => batch.time <= context.now() - grace.trash)
    .map(({ batch, objects }) => ({ batch, objects: objects.filter(({ path }) => !back.has(path)) }))
    .map(({ batch, objects }) => ({ batch, objects: objects.length, bytes: objects.reduce((sum, { size }) => sum + size, 0) }))
  return { caches, remotes: stores, returning, emptied, sharedWith: relative(repo.root, folder).startsWith('..') ? folder : undefined }
}

/** Of an id in two layouts both come back; of one that was thrown away twice, one. */
const eachOnce = (objects: readonly TrashedObject[]): readonly TrashedObject[] => [
  ...new Map(objects.map(object => [`${object.hash} ${object.id}`, object])).values(),
]

async function garbageOfCache(cache: Cache, kept: KeptObjects, context: Context): Promise<CacheGarbage> {
  const garbage = await surveyHeap(heapOfCache(cache), { kept, stays: () => false }, context.signal)
  let freed = 0
  const measured = (objects: readonly ListedObject[]): readonly ListedObject[] =>
    objects.flatMap(({ id, time }) => {
      const stats = lstatSync(cache.pathOf(id), { throwIfNoEntry: false })
      // A folder or link that has the name of an object is somebody else's.
      if (!stats?.isFile()) return []
      if (stats.nlink === 1) freed += stats.size
      return [{ id, time, size: stats.size }]
    })
  const [trees, files] = [measured(garbage.trees), measured(garbage.files)]
  return { ...garbage, trees, files, cache, freed }
}

interface RemoteSurvey {
  readonly remote: RemoteConfig
  readonly hash: HashKind
  readonly kept: KeptObjects
  readonly grace: GraceTimes
}

async function garbageOfRemote(repo: Repo, { remote, hash, kept, grace }: RemoteSurvey, context: Context): Promise<RemoteGarbage> {
  const { store, known } = await repo.store(remote, hash)
  const garbage = await surveyHeap(heapOfRemote(store, repo.cache(hash)), { kept, stays: isYoung(grace, context.now()) }, context.signal)
  return { ...garbage, remote, hash, store, known }
}

/** An object whose age nobody knows is young. */
export const isYoung =
  (grace: GraceTimes, now: number) =>
  ({ time }: ListedObject): boolean =>
    grace.remote > 0 && !(time <= now - grace.remote)

/** The default remote, or the one named; and those that pointers in scope are bound to. @throws DvError 'no-remote', 'bad-config' */
export async function remotesToClean(repo: Repo, named: string | undefined, kept: KeptObjects): Promise<readonly RemoteConfig[]> {
  const bound = named === undefined ? [...kept.byRemote().keys()].filter(name => name !== '' && name !== noRemote) : []
  const remotes = new Map<string, RemoteConfig>()
  for (const name of [named, ...bound]) {
    const remote = await remoteAsConfigured(repo, name)
    refuseVersioned(remote, 'gc -c')
    remotes.set(`${remote.options['endpointurl'] ?? ''} ${remote.url}`, remote)
  }
  return [...remotes.values()]
}

/** DVC's gc leaves with the status of a wrong configuration, where its push leaves with 1. */
export async function remoteAsConfigured(repo: Repo, name: string | undefined): Promise<RemoteConfig> {
  try {
    return await repo.remote(name)
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'no-remote') throw error
    throw new DvError('bad-config', error.message, { hint: error.hint, cause: error })
  }
}

/** Their objects lie under the names of files: what would be listed there is nobody's to delete. */
export function refuseVersioned({ name, options }: RemoteConfig, verb: string): void {
  if ([options['version_aware'], options['worktree']].some(value => value?.toLowerCase() === 'true'))
    throw new DvError('bad-config', `'${verb}' is unsupported for cloud versioned remotes, and '${name}' is one`)
}

/** Largest first, with the name that a list of files that goes along has for it. */
export function largestOf({ trees, files, cache }: CacheGarbage, count: number): readonly { id: ObjectId; size: number; name?: string }[] {
  const largest = [...files].sort((a, b) => b.size - a.size).slice(0, count)
  const names = new Map<ObjectId, string>()
  for (const { id } of trees.slice(0, listsReadForNames)) {
    if (!isTreeId(id) || largest.every(file => names.has(file.id))) break
    try {
      for (const entry of cache.readTree(id)) if (largest.some(file => file.id === entry.id)) names.set(entry.id, entry.path)
    } catch (error) {
      if (!(error instanceof DvError)) throw error // a damaged list names nothing, and goes as well
    }
  }
  return largest.map(({ id, size }) => {
    const name = names.get(id)
    return { id, size, ...(name !== undefined && { name }) }
  })
}

/** A name is a kindness: it may not take as long as the gc. */
const listsReadForNames = 20
