/** Brings data of another repository into our cache, each file hashed while it arrives. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Context } from '../base/context.ts'
import { type ObjectId, parseObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { printTree, treeId } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { Source } from '../repo/source.ts'
import { fetchObjects } from '../transfer/fetch.ts'
import { planFetch } from '../transfer/plan-fetch.ts'
import type { Failure } from '../transfer/tally.ts'
import type { Content } from './record-output.ts'
import type { SourceContent, SourceEntry } from './source-content.ts'
import { noTransfer } from './transfer-report.ts'

export interface Brought {
  /** objects that travelled, and their bytes */
  readonly moved: number
  readonly bytes: number
  readonly failed: readonly (Failure & { readonly path: string })[]
  /** not at the source either */
  readonly absent: readonly { readonly id: ObjectId; readonly path: string }[]
  /** what was not here before, as far as it is known */
  readonly lacking: readonly ObjectId[]
  /** of the whole, also where only a part of it was brought; undefined when a file that tells did not come */
  readonly id: ObjectId | undefined
  /** undefined when not all of it is here */
  readonly content: Content | undefined
}

export interface BringOptions {
  readonly jobs?: number | undefined
  /** only what lies at this path inside a folder, '/' separated */
  readonly inside?: string | undefined
  /** fetches no data; `repo` is one that keeps nothing (peeking-repo.ts) */
  readonly dryRun?: boolean | undefined
}

export interface Found {
  readonly source: Source
  readonly content: SourceContent
}

type ObjectEntry = SourceEntry & { readonly from: { readonly kind: 'object' } }

/** @throws DvError 'interrupted', 'disk-full', and what all objects failed with */
export async function bringContent(repo: Repo, found: Found, options: BringOptions, context: Context): Promise<Brought> {
  const { entries } = found.content
  const { inside, dryRun = false } = options
  const isMeant = ({ path }: SourceEntry): boolean => inside === undefined || path === inside || path.startsWith(`${inside}/`)
  const ids = new Map<string, ObjectId>()
  const inGit = await takeFromGit(repo, found, { ids, isMeant, dryRun }, context)
  const objects = entries.filter((entry): entry is ObjectEntry => entry.from.kind === 'object')
  // Nobody knows the md5 of what DVC 2 has hashed without its carriage returns before it is here.
  const wanted = objects.filter(entry => isMeant(entry) || isLegacy(entry))
  const { moved, bytes, failed, absent, lacking } = await fetchAll(repo, wanted, options, context)
  const lost = new Set([...failed.map(({ id }) => id), ...absent])
  for (const entry of objects) {
    const { path, from } = entry
    if (!isLegacy(entry)) ids.set(path, from.id)
    else if (!lost.has(from.id) && !dryRun) ids.set(path, await keepToday(repo, from.id, context))
  }
  const whole = ids.size === entries.length ? await describe(repo, found.content, { ids, dryRun }) : undefined
  const pathOf = (id: ObjectId): string => wanted.find(({ from }) => from.id === id)?.path || id
  return {
    moved: moved + (dryRun ? 0 : inGit.lacking.length),
    bytes: bytes + (dryRun ? 0 : inGit.bytes),
    lacking: [...inGit.lacking, ...lacking],
    failed: failed.map(each => ({ ...each, path: pathOf(each.id) })),
    absent: absent.map(id => ({ id, path: pathOf(id) })),
    id: whole?.id,
    content: lost.size === 0 && inside === undefined && !dryRun ? whole : undefined,
  }
}

const isLegacy = ({ from }: ObjectEntry): boolean => from.output.tracked.output.hash !== 'md5'

interface Taking {
  readonly ids: Map<string, ObjectId>
  readonly isMeant: (entry: SourceEntry) => boolean
  readonly dryRun: boolean
}

/** Resolves with what the cache lacked. */
async function takeFromGit(
  repo: Repo,
  { source, content }: Found,
  { ids, isMeant, dryRun }: Taking,
  context: Context,
): Promise<Pick<Brought, 'bytes' | 'lacking'>> {
  const cache = repo.cache('md5')
  const inGit = content.entries.flatMap(entry => (entry.from.kind === 'git' ? [{ entry, at: entry.from.path }] : []))
  if (inGit.length > 0) await source.files.prepare(inGit.map(({ at }) => at))
  const lacking = new Set<ObjectId>()
  let total = 0
  for (const { entry, at } of inGit) {
    throwIfAborted(context.signal)
    const bytes = await source.files.read(at)
    const id = parseObjectId(createHash('md5').update(bytes).digest('hex'))
    ids.set(entry.path, id)
    if (!isMeant(entry) || lacking.has(id)) continue
    if (cache.sizeOf(id) === undefined) {
      lacking.add(id)
      total += bytes.byteLength
    }
    if (!dryRun) cache.put(id, bytes)
  }
  return { bytes: total, lacking: [...lacking] }
}

type Fetched = Pick<Brought, 'moved' | 'bytes' | 'lacking'> & { readonly failed: readonly Failure[]; readonly absent: readonly ObjectId[] }

/** Objects of one project, remote and layout share a connection. */
async function fetchAll(repo: Repo, entries: readonly ObjectEntry[], { jobs, dryRun }: BringOptions, context: Context): Promise<Fetched> {
  const groups = new Map<string, ObjectEntry[]>()
  for (const entry of entries) {
    const { project, output } = entry.from
    const key = JSON.stringify([project.folder, output.tracked.output.remote ?? '', output.tracked.output.hash])
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(entry)
  }
  const all: Fetched[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    const { project, output } = first.from
    const cache = repo.cache(output.tracked.output.hash)
    const plan = planFetch(new Set(group.map(({ from }) => from.id)), cache)
    if (plan.files.length === 0) continue
    const ends = dryRun ? undefined : { cache, remote: await project.store(output) }
    const got = ends ? await fetchObjects(plan, ends, jobs === undefined ? {} : { jobs }, context) : noTransfer
    all.push({ ...got, lacking: plan.files })
  }
  return {
    moved: all.reduce((sum, { moved }) => sum + moved, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    failed: all.flatMap(({ failed }) => failed),
    absent: all.flatMap(({ absent }) => absent),
    lacking: all.flatMap(({ lacking }) => lacking),
  }
}

/** An import is an output of today: what DVC 2 has hashed gets the md5 of its bytes. */
const keepToday = async (repo: Repo, id: ObjectId, { signal }: Context): Promise<ObjectId> =>
  (await repo.cache('md5').keep(createReadStream(repo.cache('md5-dos2unix').pathOf(id)), signal)).id

/** The list of a folder is made here: that of a part, or of files of git, is on no remote. */
async function describe(
  repo: Repo,
  { kind, entries }: SourceContent,
  { ids, dryRun }: { readonly ids: ReadonlyMap<string, ObjectId>; readonly dryRun: boolean },
): Promise<Content | undefined> {
  const cache = repo.cache('md5')
  const tree = entries.flatMap(({ path }) => {
    const id = ids.get(path)
    return id === undefined ? [] : [{ path, id }]
  })
  const size = tree.reduce((sum, { id }) => sum + (cache.sizeOf(id) ?? 0), 0)
  // What could not be had is told by who fetched it.
  const keepWhatIsHere = (all: readonly ObjectId[]): Promise<void> =>
    cache.makeDurable([...new Set(all)].filter(each => cache.sizeOf(each) !== undefined))
  const [only] = tree
  if (kind === 'file') {
    if (only && !dryRun) await keepWhatIsHere([only.id])
    return only && { id: only.id, size }
  }
  const bytes = printTree(tree)
  const id = treeId(bytes)
  // Of a dry run the cache is one that keeps nothing.
  cache.put(id, bytes)
  if (!dryRun) await keepWhatIsHere([id, ...ids.values()])
  return { id, size, fileCount: tree.length }
}
