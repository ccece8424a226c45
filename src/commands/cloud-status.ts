/** dv status -c: what the cache and a remote do not share. */
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { compareWithRemote } from '../transfer/compare.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { type CollectOptions, collect, type Group, namesOf, remoteOf, requestOf } from './collect.ts'

/** new: only here; deleted: only there; missing: nowhere (DVC's words) */
export type CloudState = 'new' | 'deleted' | 'missing'

export interface CloudStatus {
  readonly kind: 'cloud'
  /** by name of file or data set, relative to the working folder */
  readonly states: Readonly<Record<string, CloudState>>
  readonly remotes: readonly string[]
}

/** Fetches lists of folders that the cache lacks: without them there is nothing to compare. */
export async function cloudStatus(repo: Repo, options: CollectOptions, context: Context): Promise<CloudStatus> {
  const { groups } = await collect(repo, options, 'send')
  const states: [string, CloudState][] = []
  for (const group of groups) for (const state of await compareGroup(repo, group, context)) states.push(state)
  const remotes = groups.length > 0 ? groups.flatMap(group => group.remote?.name ?? []) : [(await repo.remote(options.remote)).name]
  return { kind: 'cloud', states: Object.fromEntries(states), remotes: [...new Set(remotes)] }
}

async function compareGroup(repo: Repo, group: Group, context: Context): Promise<readonly [string, CloudState][]> {
  const { store, known } = await repo.store(await remoteOf(repo, group), group.hash)
  const ends = { cache: repo.cache(group.hash), remote: store, known }
  const { trees } = await fetchTrees(new Set(group.items.map(item => item.id).filter(isTreeId)), ends, context)
  const treeOf = (id: ObjectId): Tree | undefined => trees.get(id)
  const { newHere, onlyRemote, missing } = await compareWithRemote(requestOf(group, treeOf), ends, context)
  const stateOf = new Map<ObjectId, CloudState>([
    ...[...onlyRemote].map(id => [id, 'deleted'] as const),
    ...[...newHere].map(id => [id, 'new'] as const),
    ...[...missing].map(id => [id, 'missing'] as const),
  ])
  return namesOf(new Set(stateOf.keys()), group, treeOf).flatMap(({ id, name }) => {
    const state = stateOf.get(id)
    return state ? [[name, state] as [string, CloudState]] : []
  })
}

/** DVC pads the state to so many columns. */
const stateWidth = 20

export function renderCloud({ states, remotes }: CloudStatus): string {
  const rows = Object.entries(states)
  if (rows.length === 0) return `Cache and remote ${remotes.map(name => `'${name}'`).join(', ')} are in sync.\n`
  return rows.map(([name, state]) => `\t${`${state}:`.padEnd(stateWidth)}${name}\n`).join('')
}
