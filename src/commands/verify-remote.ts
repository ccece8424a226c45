/** dv verify --remote: objects read back from a remote; what is damaged or missing there is sent again when asked for. */
import { randomBytes } from 'node:crypto'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import { parseSampleSize, type SampleSize, sampleOf } from '../base/sample.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { inspectRemote, missingOn } from '../transfer/inspect-remote.ts'
import { type CollectOptions, collect, type Group, remoteOf, requestOf } from './collect.ts'
import { bringGoodCopies } from './good-copies.ts'
import { namesOfOwners, ownersOf } from './object-owners.ts'
import { remotesFor } from './remotes-for.ts'
import type { MendOptions, ObjectFinding, ObjectsReport } from './verify-cache.ts'

export interface RemoteOptions extends CollectOptions, MendOptions {
  readonly jobs?: number
  readonly sample?: string
  readonly seed?: string
}

export interface RemoteReport extends ObjectsReport {
  readonly remote: string
  /** files that were left out, and the seed that chooses the same ones again */
  readonly sample?: { readonly passedOver: number; readonly seed: string }
  readonly failed: readonly { readonly md5: ObjectId; readonly reason: string }[]
}

/** Of what the pointers name. Lists of folders are fetched into the cache first, as `dv status -c` does. */
export async function verifyRemote(repo: Repo, options: RemoteOptions, context: Context): Promise<readonly RemoteReport[]> {
  const sample = options.sample === undefined ? undefined : readSample(options)
  const { groups } = await collect(repo, options, 'send')
  const reports: RemoteReport[] = []
  for (const group of groups) reports.push(await verifyGroup(repo, group, { ...options, chosen: sample }, context))
  return reports
}

interface Sample {
  readonly size: SampleSize
  readonly seed: string
}

function readSample({ sample = '', seed }: RemoteOptions): Sample {
  const size = parseSampleSize(sample)
  if (size === undefined) throw new DvError('usage', `--sample takes a share like 5% or a number of files, not '${sample}'`)
  return { size, seed: seed ?? randomBytes(4).toString('hex') }
}

type GroupOptions = RemoteOptions & { readonly chosen: Sample | undefined }

async function verifyGroup(repo: Repo, group: Group, options: GroupOptions, context: Context): Promise<RemoteReport> {
  const remote = await remoteOf(repo, group)
  const { store, known } = await repo.store(remote, group.hash)
  const cache = repo.cache(group.hash)
  const treeIds = new Set(group.items.map(item => item.id).filter(isTreeId))
  const lists = await fetchTrees(treeIds, { cache, remote: store, known }, context)
  const request = requestOf(group, id => lists.trees.get(id))
  const files = [...new Set([...request.files, ...[...request.trees.values()].flat()])]
  const { chosen } = options
  const read = chosen ? sampleOf(files, chosen.size, chosen.seed) : files
  const passedOver = files.length - read.length
  const found = await inspectRemote([...treeIds, ...read], { store, hash: group.hash, jobs: options.jobs }, context)
  const others = passedOver === 0 ? [] : await missingOn(store, without(files, new Set(read)), context)
  const missing = [...found.missing, ...others]
  if (missing.length > 0) known.clear() // a list that is there promises files that are not
  const bad = [...found.damaged.map(id => ({ kind: 'damaged' as const, id })), ...missing.map(id => ({ kind: 'missing' as const, id }))]
  const mend = { bad, cache, store, remote: remote.name, listed: request.trees }
  return {
    remote: remote.name,
    objects: found.read,
    bytes: found.bytes,
    ...(chosen ? { sample: { passedOver, seed: chosen.seed } } : {}),
    failed: found.failed.map(({ id, error }) => ({ md5: id, reason: error instanceof Error ? error.message : String(error) })),
    findings: bad.length === 0 ? [] : await mendOnRemote(repo, mend, options, context),
  }
}

const without = (ids: readonly ObjectId[], gone: ReadonlySet<ObjectId>): readonly ObjectId[] => ids.filter(id => !gone.has(id))

interface Mending {
  readonly bad: readonly { readonly kind: ObjectFinding['kind']; readonly id: ObjectId }[]
  readonly cache: Cache
  readonly store: ObjectStore
  readonly remote: string
  /** by tree its files */
  readonly listed: ReadonlyMap<ObjectId, readonly ObjectId[]>
}

async function mendOnRemote(repo: Repo, mending: Mending, options: MendOptions, context: Context): Promise<readonly ObjectFinding[]> {
  const { bad, cache } = mending
  const owners = await ownersOf(repo, new Set(bad.map(({ id }) => id)), cache.hash)
  const mended = new Map<ObjectId, string>()
  if (options.repair && !options.dryRun) {
    const copies = new Map<ObjectId, string>()
    for (const { id } of bad) if (cache.hasNow([id]).size > 0 && (await cache.isWhole(id, context.signal))) copies.set(id, 'the cache')
    const lacking = bad.map(({ id }) => id).filter(id => !copies.has(id))
    const remotes = remotesFor(repo, owners).filter(name => name !== mending.remote)
    if (lacking.length > 0)
      for (const [id, from] of await bringGoodCopies(repo, lacking, { cache, owners, remotes }, context)) copies.set(id, from)
    for (const id of await sendCopies(copies, mending, context)) mended.set(id, copies.get(id) ?? '')
  }
  return bad.map(({ kind, id }) => {
    const repairedFrom = mended.get(id)
    return { kind, md5: id, names: namesOfOwners(repo, owners.get(id)), ...(repairedFrom === undefined ? {} : { repairedFrom }) }
  })
}

/** Files before lists, and no list whose files are not all there. Resolves with those that were read back whole. */
async function sendCopies(copies: ReadonlyMap<ObjectId, string>, mending: Mending, context: Context): Promise<ReadonlySet<ObjectId>> {
  const { bad, store, listed } = mending
  const good = new Set<ObjectId>()
  const send = async (ids: readonly ObjectId[]): Promise<void> => {
    context.report({ type: 'phase', name: `Mending ${store.label}`, items: ids.length })
    await pool(ids, { limit: store.concurrency, signal: context.signal }, async id => {
      if (await overwrite(id, mending, context)) good.add(id)
      context.report({ type: 'advance', items: 1, bytes: 0 })
    })
  }
  const ids = [...copies.keys()]
  await send(ids.filter(id => !isTreeId(id)))
  const broken = new Set(bad.map(({ id }) => id).filter(id => !good.has(id)))
  await send(ids.filter(id => isTreeId(id) && !(listed.get(id) ?? []).some(file => broken.has(file))))
  return good
}

/** A store that leaves alone what it has (a folder) is made to forget it first. */
async function overwrite(id: ObjectId, { cache, store }: Mending, { signal, report }: Context): Promise<boolean> {
  const isWhole = async (): Promise<boolean> =>
    (await inspectRemote([id], { store, hash: cache.hash }, { ...quiet, signal })).damaged.length === 0
  try {
    const source = await cache.source(id)
    await store.write(id, source, signal)
    if (await isWhole()) return true
    await store.remove([id], signal)
    await store.write(id, source, signal)
    return await isWhole()
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted') throw error
    report({ type: 'warning', message: `object ${id} could not be mended on ${store.label}: ${error.message}` })
    return false
  }
}

/** Its progress is not ours to tell. */
const quiet = { cwd: '', env: {}, report: () => {}, now: Date.now }
