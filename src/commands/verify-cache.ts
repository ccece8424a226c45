/** dv verify --cache: every object of the cache read again; what is damaged is set aside, and replaced when asked for. */
import type { Context } from '../base/context.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { entriesAt } from '../format/tree-edit.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import type { Cache } from '../store/cache.ts'
import { inspectObjects, objectState } from '../workspace/inspect-objects.ts'
import { bringGoodCopies } from './good-copies.ts'
import { namesOfOwners, ownersOf } from './object-owners.ts'
import { readableTrees } from './readable-trees.ts'
import { remotesFor } from './remotes-for.ts'

export interface ObjectFinding {
  readonly kind: 'damaged' | 'missing'
  readonly md5: ObjectId
  /** of the data that it belongs to; none when no commit names it */
  readonly names: readonly string[]
  /** where the damaged bytes are now */
  readonly movedTo?: string
  /** where the good copy came from; undefined: there is none yet */
  readonly repairedFrom?: string
}

export interface ObjectsReport {
  readonly objects: number
  readonly bytes: number
  readonly findings: readonly ObjectFinding[]
}

export interface MendOptions {
  readonly repair?: boolean
  readonly dryRun?: boolean
}

/** `selections` undefined: all that the cache holds, whoever put it there. @throws DvError 'access-denied', 'interrupted' */
export async function verifyCache(
  repo: Repo,
  selections: readonly Selection[] | undefined,
  options: MendOptions,
  context: Context,
): Promise<ObjectsReport> {
  const reports: ObjectsReport[] = []
  for (const hash of ['md5', 'md5-dos2unix'] as const) {
    const seen = new Set<ObjectId>()
    for (;;) {
      const all = selections ? idsOf(repo, selections, hash) : await allIds(repo, hash, context)
      const ids = all.filter(id => !seen.has(id))
      if (ids.length === 0) break
      for (const id of ids) seen.add(id)
      const report = await verifyObjects(repo, { ids, hash, options }, context)
      reports.push(report)
      // A list that has just been brought names files that were not looked at yet.
      if (!report.findings.some(({ md5, repairedFrom }) => isTreeId(md5) && repairedFrom !== undefined)) break
    }
  }
  return {
    objects: reports.reduce((sum, { objects }) => sum + objects, 0),
    bytes: reports.reduce((sum, { bytes }) => sum + bytes, 0),
    findings: reports.flatMap(({ findings }) => findings),
  }
}

async function allIds(repo: Repo, hash: HashKind, context: Context): Promise<readonly ObjectId[]> {
  const ids: ObjectId[] = []
  for await (const page of repo.cache(hash).list(context.signal)) for (const id of page) ids.push(id)
  return ids
}

function idsOf(repo: Repo, selections: readonly Selection[], hash: HashKind): readonly ObjectId[] {
  const treeOf = readableTrees(repo.cache(hash))
  const ids = new Set<ObjectId>()
  for (const { tracked, inside } of selections) {
    const { id, cached } = tracked.output
    if (id === undefined || !cached || tracked.output.hash !== hash) continue
    ids.add(id)
    const tree = isTreeId(id) ? (treeOf(id) ?? []) : []
    for (const entry of inside === undefined ? tree : entriesAt(tree, inside)) ids.add(entry.id)
  }
  return [...ids]
}

async function verifyObjects(
  repo: Repo,
  { ids, hash, options }: { readonly ids: readonly ObjectId[]; readonly hash: HashKind; readonly options: MendOptions },
  context: Context,
): Promise<ObjectsReport> {
  const cache = repo.cache(hash)
  const bytes = ids.reduce((sum, id) => sum + (cache.sizeOf(id) ?? 0), 0)
  const { states, damaged } = await inspectObjects(ids, cache, context, { anew: true, mends: options.dryRun !== true })
  const missing = ids.filter((_, at) => states[at] === objectState.missing)
  const bad: readonly BadObject[] = [...damaged, ...missing.map(id => ({ id, movedTo: undefined }))]
  const findings: ObjectFinding[] = []
  // A list tells whose files are: it is mended before it is asked.
  for (const isTree of [true, false]) {
    const part = bad.filter(({ id }) => isTreeId(id) === isTree)
    if (part.length > 0) for (const finding of await mendObjects(repo, part, { cache, options }, context)) findings.push(finding)
  }
  return { objects: ids.length - missing.length, bytes, findings }
}

interface BadObject {
  readonly id: ObjectId
  /** undefined: it is missing */
  readonly movedTo: string | undefined
}

async function mendObjects(
  repo: Repo,
  bad: readonly BadObject[],
  { cache, options }: { readonly cache: Cache; readonly options: MendOptions },
  context: Context,
): Promise<readonly ObjectFinding[]> {
  const owners = await ownersOf(repo, new Set(bad.map(({ id }) => id)), cache.hash)
  // One that could not be moved away is in its successor's place.
  const free = bad.flatMap(({ id, movedTo }) => (movedTo === cache.pathOf(id) ? [] : [id]))
  const mended =
    options.repair && !options.dryRun
      ? await bringGoodCopies(repo, free, { cache, owners, remotes: remotesFor(repo, owners) }, context)
      : new Map<ObjectId, string>()
  return bad.map(({ id, movedTo }) => {
    const repairedFrom = mended.get(id)
    return {
      kind: movedTo === undefined ? 'missing' : 'damaged',
      md5: id,
      names: namesOfOwners(repo, owners.get(id)),
      ...(movedTo === undefined || movedTo === cache.pathOf(id) ? {} : { movedTo }),
      ...(repairedFrom === undefined ? {} : { repairedFrom }),
    }
  })
}
