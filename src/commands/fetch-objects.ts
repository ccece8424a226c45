/** Brings collected objects into the cache: for `dv fetch` and `dv pull`. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import { openVersions } from '../store/open.ts'
import { openVersionView } from '../store/version-view.ts'
import { fetchObjects } from '../transfer/fetch.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { planFetch } from '../transfer/plan-fetch.ts'
import type { TransferEnds } from '../transfer/request.ts'
import { type Group, type Item, namesOf, remoteOf, requestOf } from './collect.ts'
import { fetchImported } from './fetch-imported.ts'
import { isCloudVersioned, keptVersions } from './kept-versions.ts'
import { noTransfer, type TransferReport, totalOf } from './transfer-report.ts'

export interface FetchOptions {
  readonly jobs?: number
  readonly dryRun?: boolean
}

export interface FetchReport extends TransferReport {
  readonly dryRun: boolean
  /** files that would be fetched, or were asked for */
  readonly planned: ReadonlySet<ObjectId>
  readonly remotes: readonly string[]
}

/** Failures are part of the report. A dry run fetches the lists of folders only, and its `repo` keeps none of them (peeking-repo.ts). */
export async function fetchGroups(repo: Repo, groups: readonly Group[], options: FetchOptions, context: Context): Promise<FetchReport> {
  const reports: TransferReport[] = []
  const planned = new Set<ObjectId>()
  for (const group of groups) {
    const fetched = await fetchGroup(repo, group, options, context)
    for (const id of fetched.planned) planned.add(id)
    reports.push(fetched.report)
  }
  return {
    ...totalOf(reports),
    dryRun: options.dryRun === true,
    planned,
    remotes: groups.flatMap(group => group.remote?.name ?? group.origin?.repository.url ?? []),
  }
}

async function fetchGroup(
  repo: Repo,
  group: Group,
  options: FetchOptions,
  context: Context,
): Promise<{ planned: readonly ObjectId[]; report: TransferReport }> {
  const cache = repo.cache(group.hash)
  const treeIds = new Set(group.items.map(item => item.id).filter(isTreeId))
  if (await isHere(group, treeIds, { cache, context })) return { planned: [], report: noTransfer }
  if (group.origin !== undefined) return await fetchImported(repo, { origin: group.origin, items: group.items }, options, context)
  const ends = { cache, ...(await openRemote(repo, group, context)) }
  try {
    return await fetchFrom(ends, { group, treeIds }, options, context)
  } finally {
    if (ends.known === undefined) await ends.remote.close() // the repository closes its own
  }
}

type Ends = Pick<TransferEnds, 'cache' | 'remote'> & Partial<TransferEnds>

/** Of what is kept by versions nothing is remembered: each pointer says where its bytes are. */
async function openRemote(repo: Repo, group: Group, context: Context): Promise<Pick<Ends, 'remote' | 'known'>> {
  const remote = await remoteOf(repo, group)
  if (isCloudVersioned(remote) && /^s3:/i.test(remote.url))
    return { remote: openVersionView(await openVersions(remote, context), keptVersions(group.items, remote.name)) }
  const { store, known } = await repo.store(remote, group.hash)
  return { remote: store, known }
}

async function fetchFrom(
  ends: Ends,
  { group, treeIds }: { readonly group: Group; readonly treeIds: ReadonlySet<ObjectId> },
  options: FetchOptions,
  context: Context,
): Promise<{ planned: readonly ObjectId[]; report: TransferReport }> {
  const { cache } = ends
  const trees = await fetchTrees(treeIds, ends, context)
  const treeOf = (id: ObjectId): Tree | undefined => trees.trees.get(id)
  assertHeld(group, treeOf)
  const plan = planFetch(filesOf(group, treeOf), cache)
  const got = options.dryRun
    ? noTransfer
    : await fetchObjects(plan, ends, options.jobs === undefined ? {} : { jobs: options.jobs }, context)
  const failed = [...trees.failed, ...got.failed]
  const absent = [...trees.absent, ...got.absent]
  const told = new Set([...absent, ...failed.map(each => each.id)])
  const names = new Map(told.size === 0 ? [] : namesOf(told, group, treeOf).map(({ id, name }) => [id, name]))
  return {
    planned: plan.files,
    report: {
      moved: options.dryRun ? 0 : trees.moved + got.moved,
      bytes: options.dryRun ? 0 : trees.bytes + got.bytes,
      failed: failed.map(each => ({ ...each, name: names.get(each.id) ?? each.id })),
      absent: absent.map(id => ({ id, name: names.get(id) ?? id })),
    },
  }
}

/**
 * A path inside a folder that no list of it names, here or at the other commits asked for, is a mistake: DVC says that all is up to date.
 * @throws DvError 'bad-target'
 */
function assertHeld({ items }: Group, treeOf: (id: ObjectId) => Tree | undefined): void {
  const held = new Map<string, { readonly item: Item; isHeld: boolean }>()
  for (const item of items) {
    if (item.inside === undefined) continue
    const tree = treeOf(item.id)
    const isHeld = tree === undefined || entriesAt(tree, item.inside).length > 0
    const key = `${item.name}/${item.inside}`
    const before = held.get(key)
    if (before) before.isHeld ||= isHeld
    else held.set(key, { item, isHeld })
  }
  for (const [path, { item, isHeld }] of held)
    if (!isHeld)
      throw new DvError('bad-target', `there is no '${path}': the data set '${item.name}' holds nothing of that name`, {
        hint: `dv ls ${item.name}`,
      })
}

/** Then no remote is opened, and no credentials are looked for. */
async function isHere(
  group: Group,
  treeIds: ReadonlySet<ObjectId>,
  { cache, context }: { readonly cache: Cache; readonly context: Context },
): Promise<boolean> {
  if (treeIds.size > 0 && planFetch(treeIds, cache).files.length > 0) return false
  const { trees, absent, failed } = await fetchTrees(treeIds, { cache }, context)
  const treeOf = (id: ObjectId): Tree | undefined => trees.get(id)
  assertHeld(group, treeOf)
  const files = filesOf(group, treeOf)
  return absent.length + failed.length === 0 && planFetch(files, cache).files.length === 0
}

function filesOf(group: Group, treeOf: (id: ObjectId) => Tree | undefined): ReadonlySet<ObjectId> {
  const { trees, files } = requestOf(group, treeOf)
  return new Set([...files, ...[...trees.values()].flat()])
}
