/** What a gc keeps: every object that a pointer in its scope names, itself or through its list of files. */
import { basename, relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type HashKind, isObjectId, isTreeId, type ObjectId } from '../base/object-id.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import { type CommitScope, commitsInScope, isShallow } from '../repo/commits-in-scope.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { pointersAt } from '../repo/pointers-at.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type IdRows, openIdRows } from '../store/id-rows.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { isFromRepository } from './collect.ts'
import { linkedObjects } from './linked-objects.ts'

export interface KeptOptions extends CommitScope {
  readonly remote?: string
  /** What cannot be read is told and counts as naming nothing. The work tree always has to be readable. */
  readonly skipFailed?: boolean
}

/** What keeps objects: the work tree, a branch, a commit. */
export interface Keeper {
  readonly name: string
  /** data sets that it names */
  readonly outputs: number
  /** objects that nothing before it in the list keeps */
  readonly objects: number
}

export interface KeptObjects {
  has(hash: HashKind, id: ObjectId): boolean
  /** whether any pointer names anything */
  isEmpty(): boolean
  /** by remote, as pointers name it; '' is the default one: what `--not-in-remote` asks each of them for */
  byRemote(): ReadonlyMap<string, Readonly<Record<HashKind, IdRows>>>
  keepers(): readonly Keeper[]
  /**
   * Reads pointers and refs as they are now, and adds what they name. What was kept stays so.
   * @throws DvError 'bad-pointer', 'git-failed', 'access-denied', 'object-missing' for a list of files that is nowhere
   */
  read(): Promise<void>
}

/** `repos`: the one that is cleaned, then those with which it shares its cache. */
export function openKeptObjects(repos: readonly Repo[], options: KeptOptions, context: Context): KeptObjects {
  const kept = new Map<string, Record<HashKind, IdRows>>()
  const keepers = new Map<string, Keeper>()
  const readTrees = new Set<string>()

  const keep = (remote: string, hash: HashKind, ids: Iterable<ObjectId>): number => {
    const rows = kept.get(remote) ?? { md5: openIdRows(), 'md5-dos2unix': openIdRows() }
    kept.set(remote, rows)
    let added = 0
    for (const id of ids) {
      if (!has(hash, id)) added++
      rows[hash].add(id)
    }
    return added
  }
  const has = (hash: HashKind, id: ObjectId): boolean => {
    for (const rows of kept.values()) if (rows[hash].find(id) !== -1) return true
    return false
  }
  const keepOutputs = async (repo: Repo, tracked: readonly TrackedOutput[]): Promise<number> => {
    let added = 0
    const lists = new Map<string, ListedOutput>()
    for (const one of tracked) {
      const { output } = one
      if (!output.cached) continue
      const remote = remoteKeyOf(one, repo === repos[0])
      added += keep(remote, output.hash, namedBy(one))
      const key = `${repo.root}\n${remote}\n${output.hash}\n${output.id}`
      if (output.id && isTreeId(output.id) && !readTrees.has(key)) lists.set(key, { one, id: output.id, remote })
    }
    for (const [key, list] of lists) {
      const tree = await treeOf(repo, list, options, context)
      if (tree === undefined) continue
      added += keep(list.remote, list.one.output.hash, filesOf(tree))
      readTrees.add(key)
    }
    return added
  }
  const keepFrom = async (repo: Repo, name: string, tracked: readonly TrackedOutput[]): Promise<void> => {
    const objects = await keepOutputs(repo, tracked)
    const label = repo === repos[0] ? name : `${name} of ${repo.root}`
    const before = keepers.get(label)
    keepers.set(label, { name: label, outputs: tracked.length, objects: (before?.objects ?? 0) + objects })
  }
  const readRepo = async (repo: Repo): Promise<void> => {
    const tracked = findPointers(repo, { everything: true })
    await keepFrom(repo, 'the work tree', tracked)
    const linked = linkedObjects(tracked.map(({ path }) => path))
    for (const hash of ['md5', 'md5-dos2unix'] as const) keep(noRemote, hash, linked)
    for (const { commit, name } of scopedCommits(repo, options, context)) {
      const tracked = await orSkip(() => pointersAt(repo, commit, { everything: true }), { what: name, options, context })
      await keepFrom(repo, name, tracked ?? [])
    }
  }
  return {
    has,
    isEmpty: () => [...kept.values()].every(rows => rows.md5.count() + rows['md5-dos2unix'].count() === 0),
    byRemote: () => kept,
    keepers: () => [...keepers.values()],
    read: async () => {
      context.report({ type: 'phase', name: 'Reading pointers' })
      for (const repo of repos) await readRepo(repo)
    },
  }
}

/** Marks what no remote vouches for: data of other projects and of other repositories. */
export const noRemote = '\n'

const remoteKeyOf = ({ output, pointer }: TrackedOutput, isOurs: boolean): string =>
  isOurs && !isFromRepository(pointer.rest) ? (output.remote ?? '') : noRemote

/** The id of the output; of one that is kept by cloud versions, the md5 of each file and that of the list they make. */
function namedBy({ output }: TrackedOutput): readonly ObjectId[] {
  const { files } = output.rest
  const listed = (Array.isArray(files) ? (files as unknown[]) : []).flatMap(file => {
    const { md5, relpath } = Object(file) as Record<string, unknown>
    return typeof md5 === 'string' && isObjectId(md5) ? [{ id: md5, path: String(relpath) }] : []
  })
  const list = listed.length > 0 ? [treeId(printTree(listed))] : []
  return [...(output.id ? [output.id] : []), ...listed.map(({ id }) => id), ...list]
}

function scopedCommits(repo: Repo, options: KeptOptions, context: Context): ReturnType<typeof commitsInScope> {
  const { git, gitRoot } = repo
  const asksGit =
    options.allBranches ||
    options.allTags ||
    options.allCommits ||
    options.allExperiments ||
    options.rev !== undefined ||
    options.date !== undefined
  if (!asksGit) return []
  if (!git || gitRoot === undefined) throw new DvError('git-failed', `other commits cannot be looked at: ${repo.root} is not under git`)
  const place = { root: gitRoot, env: context.env }
  const goesBack = options.allCommits || options.date !== undefined || (options.num ?? 1) > 1
  if (goesBack && !options.skipFailed && isShallow(place))
    throw new DvError('git-failed', `${gitRoot} is a shallow clone: what its older commits name would count as unused`, {
      hint: 'git fetch --unshallow',
    })
  return commitsInScope(git, place, options)
}

interface ListedOutput {
  readonly one: TrackedOutput
  readonly id: ObjectId
  readonly remote: string
}

/** undefined: it is nowhere, and that was allowed. What was imported and never fetched has no files here. */
async function treeOf(repo: Repo, list: ListedOutput, options: KeptOptions, context: Context): Promise<Tree | undefined> {
  const { one, id } = list
  const { output, pointerFile, pointer } = one
  const cache = repo.cache(output.hash)
  const here = await fetchTrees([id], { cache }, context)
  const failed = here.failed[0]?.error
  const found = here.trees.get(id)
  if (found) return found
  const what = `the list of files of '${output.path}' (${basename(pointerFile)}, md5 ${id})`
  if (failed === undefined && isFromRepository(pointer.rest)) return undefined
  return orSkip(
    async () => {
      if (failed !== undefined) throw new DvError('bad-pointer', `${what} cannot be read: ${Object(failed).message}`, { cause: failed })
      const tree = await treeFromRemotes(repo, list, options, context)
      // A stage that is no longer defined keeps what there is of it, and asks for nothing.
      if (tree !== undefined || one.unplaced) return tree
      throw new DvError('object-missing', `${what} is neither in the cache nor on a remote, so nobody can tell which files it needs`, {
        hint: `dv fetch ${relative(repo.cwd, one.path)}   where a remote has it, or --skip-failed to give those files up`,
      })
    },
    { what, options, context },
  )
}

async function treeFromRemotes(repo: Repo, { one, id }: ListedOutput, options: KeptOptions, context: Context): Promise<Tree | undefined> {
  const names = new Set([options.remote, one.output.remote, repo.config.get('core', 'remote')])
  for (const name of names) {
    if (name === undefined || (name === options.remote && !repo.config.remotes().includes(name.toLowerCase()))) continue
    const { store, known } = await repo.store(await repo.remote(name), one.output.hash)
    const { trees, failed } = await fetchTrees([id], { cache: repo.cache(one.output.hash), remote: store, known }, context)
    if (failed[0] !== undefined) throw failed[0].error
    const tree = trees.get(id)
    if (tree !== undefined) return tree
  }
  return undefined
}

function* filesOf(tree: Tree): Generator<ObjectId> {
  for (const { id } of tree) yield id
}

async function orSkip<T>(
  read: () => Promise<T>,
  { what, options, context }: { readonly what: string; readonly options: KeptOptions; readonly context: Context },
): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!options.skipFailed || !(error instanceof DvError) || error.code === 'interrupted') throw error
    context.report({ type: 'warning', message: `${what} is skipped, and what only it names is not kept: ${error.message}` })
    return undefined
  }
}
