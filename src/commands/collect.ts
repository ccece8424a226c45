/** Which objects a transfer is about, grouped by where they go. */

import { dirname, relative, sep } from 'node:path'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { isTreeId } from '../base/object-id.ts'
import { type RepositorySource, sourceOf } from '../format/dependency.ts'
import type { Tree } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import type { RefScope } from '../repo/git.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { pointersAt } from '../repo/pointers-at.ts'
import { type Selection, selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { TransferRequest } from '../transfer/request.ts'
import type { Versioned } from './kept-versions.ts'
import { nameOf } from './place.ts'
import { toldFor } from './told-for.ts'

export interface CollectOptions {
  readonly targets?: readonly string[]
  readonly recursive?: boolean
  readonly glob?: boolean
  readonly remote?: string
  readonly allBranches?: boolean
  readonly allTags?: boolean
  readonly allCommits?: boolean
}

/** One output, or a path inside one, that is to travel. */
export interface Item {
  readonly id: ObjectId
  /** for people */
  readonly name: string
  /** a path inside the folder: only the files there are meant */
  readonly inside?: string
  /** of an import: its path in the source */
  readonly from?: string
  /** kept under its own name, by versions */
  readonly versioned?: Versioned
}

/** Of data that was imported: the repository from which it is had. */
export interface ImportOrigin {
  /** absolute; of one of the imports */
  readonly pointerFile: string
  readonly repository: RepositorySource
}

/** What shares a remote and a layout. */
export interface Group {
  /** undefined: none is named anywhere, which matters only when something has to be fetched */
  readonly remote: RemoteConfig | undefined
  readonly hash: HashKind
  readonly items: readonly Item[]
  /** then no remote of ours has it */
  readonly origin?: ImportOrigin
}

export interface Collected {
  /** in the work tree: what a pull checks out */
  readonly selections: readonly Selection[]
  readonly groups: readonly Group[]
}

/**
 * @param use `send` passes over what must not be pushed.
 * @throws DvError 'unknown-target', 'bad-pointer', 'no-remote', 'untrusted'
 */
export async function collect(repo: Repo, options: CollectOptions, use: 'send' | 'fetch'): Promise<Collected> {
  const selections = selectOutputs(repo, options.targets ?? [], { recursive: options.recursive === true, glob: options.glob === true })
  const everywhere = [...selections, ...(await selectionsAtCommits(repo, options))]
  if (options.remote !== undefined) await repo.remote(options.remote)
  const groups = new Map<string, Group & { readonly found: Map<string, Item> }>()
  for (const selection of everywhere) {
    if (!travels(selection, options.remote, use)) continue
    const { output, path, pointer, pointerFile } = selection.tracked
    if (!output.id) continue
    const source = sourceOf(pointer)
    const repository = source?.repo
    const name = options.remote ?? output.remote ?? repo.config.get('core', 'remote')
    const remote = repository !== undefined || (name === undefined && use === 'fetch') ? undefined : await repo.remote(name)
    const key = repository === undefined ? `${remote?.name ?? ''}\n${output.hash}` : JSON.stringify([dirname(pointerFile), repository])
    const group = groups.get(key) ?? {
      remote,
      hash: output.hash,
      items: [],
      found: new Map<string, Item>(),
      ...(repository === undefined ? {} : { origin: { pointerFile, repository } }),
    }
    groups.set(key, group)
    const item: Item = {
      id: output.id,
      name: nameOf(repo, path),
      ...(selection.inside === undefined ? {} : { inside: selection.inside }),
      ...(repository === undefined ? {} : { from: source?.path ?? '' }),
      ...versionedOf(repo, selection.tracked),
    }
    group.found.set(`${item.id}\n${item.inside ?? ''}`, item)
  }
  return { selections, groups: [...groups.values()].map(({ found, ...group }) => ({ ...group, items: [...found.values()] })) }
}

function versionedOf(repo: Repo, { output, path }: TrackedOutput): Pick<Item, 'versioned'> {
  const { cloud, files } = output.rest
  if (cloud === undefined && files === undefined) return {}
  return { versioned: { key: relative(repo.root, path).replaceAll(sep, '/'), cloud, files } }
}

/** @throws DvError 'no-remote' */
export const remoteOf = async (repo: Repo, group: Group): Promise<RemoteConfig> => group.remote ?? repo.remote(undefined)

/** The objects behind a group's items, as far as their trees can be had; a tree that cannot is asked for alone. */
export function requestOf(group: Group, treeOf: (id: ObjectId) => Tree | undefined): TransferRequest {
  const trees = new Map<ObjectId, readonly ObjectId[]>()
  const files = new Set<ObjectId>()
  for (const item of group.items) {
    const tree = isTreeId(item.id) ? (toldFor(item.name, () => treeOf(item.id)) ?? []) : []
    if (!isTreeId(item.id)) files.add(item.id)
    else if (item.inside === undefined) trees.set(item.id, [...new Set(tree.map(entry => entry.id))])
    else for (const entry of entriesAt(tree, item.inside)) files.add(entry.id)
  }
  return { trees, files }
}

/** The names, for people, under which an object is known in a group. Made when something has to be told, since it may be long. */
export function namesOf(
  ids: ReadonlySet<ObjectId>,
  group: Group,
  treeOf: (id: ObjectId) => Tree | undefined,
): readonly { id: ObjectId; name: string }[] {
  return group.items.flatMap(item => [
    ...(ids.has(item.id) ? [{ id: item.id, name: item.name }] : []),
    ...(isTreeId(item.id) ? (treeOf(item.id) ?? []) : [])
      .filter(entry => ids.has(entry.id))
      .map(entry => ({ id: entry.id, name: `${item.name}/${entry.path}` })),
  ])
}

function travels({ tracked }: Selection, remote: string | undefined, use: 'send' | 'fetch'): boolean {
  const { output, pointer } = tracked
  if (!output.cached || !output.id) return false
  if (use === 'send' && (!output.pushed || isFromRepository(pointer.rest))) return false
  return remote === undefined || output.remote === undefined || output.remote.toLowerCase() === remote.toLowerCase()
}

/** `dvc import` of another repository: its data belongs to that repository's remote. */
export const isFromRepository = (rest: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(rest['deps']) && rest['deps'].some(dep => typeof dep === 'object' && dep !== null && 'repo' in dep)

async function selectionsAtCommits(repo: Repo, options: CollectOptions): Promise<readonly Selection[]> {
  const scopes: readonly RefScope[] = [
    ...(options.allBranches ? (['branches'] as const) : []),
    ...(options.allTags ? (['tags'] as const) : []),
    ...(options.allCommits ? (['all'] as const) : []),
  ]
  if (scopes.length === 0) return []
  const { git } = repo
  if (!git) throw new DvError('git-failed', 'other commits cannot be looked at: this repository is not under git')
  const commits = new Set(scopes.flatMap(scope => git.commits(scope)))
  const found: Selection[] = []
  for (const commit of commits)
    for (const tracked of await pointersAt(repo, commit))
      for (const selection of selectionsOf(repo, tracked, options.targets ?? [])) found.push(selection)
  return found
}

/** At other commits a target is a path: it names an output, its pointer, a folder above it, or a path inside it. */
function selectionsOf(repo: Repo, tracked: TrackedOutput, targets: readonly string[]): readonly Selection[] {
  if (targets.length === 0) return [{ tracked }]
  const paths = targets.map(target => pathInRepository(repo, target))
  if (paths.some(path => path === tracked.pointerFile || `${tracked.path}/`.startsWith(`${path}/`))) return [{ tracked }]
  return paths.flatMap(path =>
    path.startsWith(`${tracked.path}/`) ? [{ tracked, inside: relative(tracked.path, path).replaceAll(sep, '/') }] : [],
  )
}
