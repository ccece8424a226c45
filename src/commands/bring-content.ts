/** Brings data of another repository into our cache, each file hashed while it arrives. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Context } from '../base/context.ts'
import { type ObjectId, parseObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { Source } from '../repo/source.ts'
import type { Cache } from '../store/cache.ts'
import { fetchObjects } from '../transfer/fetch.ts'
import { planFetch } from '../transfer/plan-fetch.ts'
import type { Failure } from '../transfer/tally.ts'
import type { Content } from './record-output.ts'
import type { SourceContent, SourceEntry } from './source-content.ts'

export interface Brought {
  /** objects that travelled, and their bytes */
  readonly moved: number
  readonly bytes: number
  readonly failed: readonly (Failure & { readonly path: string })[]
  /** not at the source either */
  readonly absent: readonly { readonly id: ObjectId; readonly path: string }[]
  /** what it is here; undefined when some of it did not come */
  readonly content: Content | undefined
}

export interface BringOptions {
  readonly jobs?: number | undefined
  /** only what lies at this path inside a folder, '/' separated; then there is no `content` */
  readonly inside?: string | undefined
}

/** @throws DvError 'interrupted', 'disk-full', and what all objects failed with */
export async function bringContent(repo: Repo, { source, content }: Found, options: BringOptions, context: Context): Promise<Brought> {
  const { inside, jobs } = options
  const isMeant = ({ path }: SourceEntry): boolean => inside === undefined || path === inside || path.startsWith(`${inside}/`)
  const entries = content.entries.filter(isMeant)
  const fetched = await fetchFrom(repo, entries, { jobs }, context)
  const ids = new Map<string, ObjectId>(await takeFromGit(repo.cache('md5'), source, entries, context))
  const lost = new Set([...fetched.failed.map(({ id }) => id), ...fetched.absent])
  for (const { path, from } of entries) {
    if (from.kind === 'object' && !lost.has(from.id)) ids.set(path, await idHere(repo, from.id, from.output.tracked.output.hash, context))
  }
  const pathOf = (id: ObjectId): string => entries.find(({ from }) => from.kind === 'object' && from.id === id)?.path ?? id
  return {
    moved: fetched.moved,
    bytes: fetched.bytes,
    failed: fetched.failed.map(each => ({ ...each, path: pathOf(each.id) })),
    absent: fetched.absent.map(id => ({ id, path: pathOf(id) })),
    content: inside === undefined && ids.size === entries.length ? await keepWhole(repo.cache('md5'), content, ids) : undefined,
  }
}

export interface Found {
  readonly source: Source
  readonly content: SourceContent
}

interface Fetched {
  readonly moved: number
  readonly bytes: number
  readonly failed: readonly Failure[]
  readonly absent: readonly ObjectId[]
}

/** Objects of one project, remote and layout share a connection. */
async function fetchFrom(
  repo: Repo,
  entries: readonly SourceEntry[],
  options: { readonly jobs?: number | undefined },
  context: Context,
): Promise<Fetched> {
  const groups = new Map<string, { first: SourceEntry['from'] & { kind: 'object' }; ids: Set<ObjectId> }>()
  for (const { from } of entries) {
    if (from.kind !== 'object') continue
    const { hash, remote = '' } = from.output.tracked.output
    const key = JSON.stringify([from.project.folder, remote, hash])
    const group = groups.get(key) ?? { first: from, ids: new Set<ObjectId>() }
    groups.set(key, group)
    group.ids.add(from.id)
  }
  const all: Fetched[] = []
  for (const { first, ids } of groups.values()) {
    const cache = repo.cache(first.output.tracked.output.hash)
    const plan = planFetch(ids, cache)
    if (plan.files.length === 0) continue
    const remote = await first.project.store(first.output)
    all.push(await fetchObjects(plan, { cache, remote }, options.jobs === undefined ? {} : { jobs: options.jobs }, context))
  }
  return {
    moved: all.reduce((sum, { moved }) => sum + moved, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    failed: all.flatMap(({ failed }) => failed),
    absent: all.flatMap(({ absent }) => absent),
  }
}

async function takeFromGit(
  cache: Cache,
  { files }: Source,
  entries: readonly SourceEntry[],
  context: Context,
): Promise<readonly (readonly [string, ObjectId])[]> {
  const found = entries.flatMap(({ path, from }) => (from.kind === 'git' ? [{ path, at: from.path }] : []))
  await files.prepare(found.map(({ at }) => at))
  const taken: (readonly [string, ObjectId])[] = []
  for (const { path, at } of found) {
    throwIfAborted(context.signal)
    const bytes = await files.read(at)
    const id = parseObjectId(createHash('md5').update(bytes).digest('hex'))
    cache.put(id, bytes)
    taken.push([path, id])
  }
  return taken
}

/** What DVC 2 has hashed without its carriage returns gets the md5 of its bytes: an import is an output of today. */
async function idHere(repo: Repo, id: ObjectId, hash: 'md5' | 'md5-dos2unix', context: Context): Promise<ObjectId> {
  if (hash === 'md5') return id
  return (await repo.cache('md5').keep(createReadStream(repo.cache(hash).pathOf(id)), context.signal)).id
}

/** The list of a folder is made here: that of a part, or of files of git, is on no remote. */
async function keepWhole(cache: Cache, { kind, entries }: SourceContent, ids: ReadonlyMap<string, ObjectId>): Promise<Content | undefined> {
  const tree: Tree = entries.flatMap(({ path }) => {
    const id = ids.get(path)
    return id === undefined ? [] : [{ path, id }]
  })
  const size = tree.reduce((sum, { id }) => sum + (cache.sizeOf(id) ?? 0), 0)
  const files = [...new Set(tree.map(({ id }) => id))]
  if (kind === 'file') {
    await cache.makeDurable(files)
    return tree[0] && { id: tree[0].id, size }
  }
  const bytes = printTree(tree)
  const id = treeId(bytes)
  cache.put(id, bytes)
  await cache.makeDurable([...files, id])
  return { id, size, fileCount: tree.length }
}
