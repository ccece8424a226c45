/** One DVC project of another repository: its configuration, what it tracks, and where the data comes from. */
import { isAbsolute, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { type Cache, openCache } from '../store/cache.ts'
import { openObjectStamps } from '../store/object-stamps.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { openKnownObjects } from '../transfer/known-objects.ts'
import type { IgnoreRules } from '../workspace/ignore.ts'
import type { Repo } from './open.ts'
import type { TrackedOutput } from './tracked-output.ts'
import { objectsFolder } from './user-cache.ts'

export interface SourceOutput {
  /** '/' separated, relative to the top of the source */
  readonly path: string
  readonly tracked: TrackedOutput
}

export interface SourceProject {
  /** relative to the top of the source; '' is the top */
  readonly folder: string
  /** undefined: plain git, which tracks no data */
  readonly repo: Repo | undefined
  /** paths relative to `folder` */
  readonly ignore: IgnoreRules
  readonly outputs: readonly SourceOutput[]
  /** Lists of the files of folders, by id: from a cache, else from the remote, and kept. @throws DvError 'object-missing', 'no-remote', 'untrusted' */
  trees(outputs: readonly SourceOutput[]): Promise<ReadonlyMap<ObjectId, Tree>>
  /** Where the objects of an output are had: the project's own cache where it is on this machine, else its remote. Closed with the source. */
  store(output: SourceOutput): Promise<ObjectStore>
}

export interface ProjectParts {
  readonly label: string
  readonly folder: string
  readonly repo: Repo
  readonly ignore: IgnoreRules
  readonly outputs: readonly SourceOutput[]
  /** it has a cache and folders on this machine */
  readonly isLocal: boolean
}

export const plainProject = (folder: string, ignore: IgnoreRules): SourceProject => ({
  folder,
  repo: undefined,
  ignore,
  outputs: [],
  trees: async () => new Map(),
  store: async () => {
    throw new DvError('no-remote', 'plain git tracks no data')
  },
})

export function openProject({ label, folder, repo, ignore, outputs, isLocal }: ProjectParts, context: Context): SourceProject {
  const kept = new Map<HashKind, Cache>()
  const keptCache = (hash: HashKind): Cache => {
    const cache = kept.get(hash) ?? openKeptCache(hash, context)
    kept.set(hash, cache)
    return cache
  }
  const remoteOf = async ({ tracked: { output } }: SourceOutput): Promise<ObjectStore> => {
    const remote = await repo.remote(output.remote).catch(error => {
      throw toldOf(label, error)
    })
    if (!isLocal && !/^\w+:\/\//.test(remote.url) && isRelative(repo, remote.url))
      throw new DvError(
        'no-remote',
        `the data of ${label} is out of reach: its remote '${remote.name}' is a folder relative to the original`,
        {
          hint: `dv remote list   # then the same command with --remote <name>`,
        },
      )
    return (await repo.store(remote, output.hash)).store
  }
  return {
    folder,
    repo,
    ignore,
    outputs,
    store: async output => {
      const { hash } = output.tracked.output
      return isLocal ? firstFrom(repo.cache(hash), () => remoteOf(output)) : await remoteOf(output)
    },
    trees: async asked => {
      const found = new Map<ObjectId, Tree>()
      for (const output of asked) {
        const { id, hash } = output.tracked.output
        if (id === undefined || !isTreeId(id) || found.has(id)) continue
        const tree = readFrom([repo.cache(hash), keptCache(hash)], id) ?? (await fetchTree(output, { id, cache: keptCache(hash) }))
        found.set(id, tree)
      }
      return found
    },
  }

  async function fetchTree(output: SourceOutput, { id, cache }: { readonly id: ObjectId; readonly cache: Cache }): Promise<Tree> {
    const remote = await remoteOf(output)
    const fetched = await fetchTrees([id], { cache, remote, known: openKnownObjects(undefined) }, context)
    const tree = fetched.trees.get(id)
    if (tree !== undefined) return tree
    if (fetched.failed[0] !== undefined) throw fetched.failed[0].error
    throw new DvError('object-missing', `the list of files of ${JSON.stringify(output.path)} (${id}) is not on ${remote.label}`, {
      hint: 'ask whoever added the data to run `dv push`',
    })
  }
}

/** In the user's cache folder; whole lists only, each checked against its id when it is read. */
const openKeptCache = (hash: HashKind, context: Context): Cache =>
  openCache({ folder: objectsFolder(context), hash, shared: false, stamps: openObjectStamps(undefined) })

function readFrom(caches: readonly Cache[], id: ObjectId): Tree | undefined {
  for (const cache of caches) {
    try {
      return cache.readTree(id)
    } catch (error) {
      // One that is damaged, or that another user may not read, can be had elsewhere.
      if (!(error instanceof DvError) || !['object-missing', 'object-corrupt', 'access-denied'].includes(error.code)) throw error
    }
  }
  return undefined
}

/** Reads from `cache` what it has. The remote is opened when something else is asked for. */
function firstFrom(cache: Cache, openRemote: () => Promise<ObjectStore>): ObjectStore {
  const isHere = (id: ObjectId): boolean => cache.sizeOf(id) !== undefined
  return {
    ...cache,
    read: async (id, options, consume) => (isHere(id) ? cache.read(id, options, consume) : (await openRemote()).read(id, options, consume)),
    has: async (ids, signal) => {
      const here = await cache.has(ids, signal)
      const others = ids.filter(id => !here.has(id))
      return others.length === 0 ? here : new Set([...here, ...(await (await openRemote()).has(others, signal))])
    },
  }
}

/** As typed in the committed file: it was meant from there. */
function isRelative(repo: Repo, url: string): boolean {
  return repo.config.levels
    .filter(({ level }) => level === 'repo')
    .flatMap(({ file, config }) =>
      config.flatMap(({ values }) => values.flatMap(([key, value]) => (key === 'url' ? [{ file, value }] : []))),
    )
    .some(({ file, value }) => !/^(?:\w+:\/\/|~)/.test(value) && !isAbsolute(value) && url.startsWith(resolve(file, '..', value)))
}

/** `dv trust` is for a repository that one stands in. */
function toldOf(label: string, error: unknown): unknown {
  if (!(error instanceof DvError)) return error
  if (error.code === 'no-remote')
    return new DvError(error.code, `${label}: ${error.message}`, { hint: 'the same command with --remote <name>', cause: error })
  const key = error.code === 'untrusted' ? /sets (\S+) to/.exec(error.message)?.[1] : undefined
  return key === undefined
    ? error
    : new DvError(error.code, `${label}: ${error.message}`, { hint: `DV_TRUST=${key} dv …   # when you know who set it`, cause: error })
}
