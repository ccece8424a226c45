/** `cache.limit` of `.dvc/dv.yaml`: after objects came into the cache, those go that were not used for longest and that a remote has. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { allowedSetting } from '../repo/dv-settings.ts'
import type { Repo } from '../repo/open.ts'
import type { RemoteConfig } from '../store/open.ts'
import { applyDrop, type Candidate, planDrop } from './drop-plan.ts'
import { layouts, refuseVersioned } from './gc-plan.ts'
import { provenOn } from './proven-objects.ts'

interface Held {
  readonly hash: HashKind
  readonly id: ObjectId
  /** bytes */
  readonly size: number
  /** ms since 1970: read, linked or made */
  readonly used: number
  /** it is a file, and its bytes would become free */
  readonly frees: boolean
}

/** Objects asked of the remote at a time: what goes is a small part of a cache. */
const askedAtOnce = 1_000

/**
 * Tells what went, as a note. Without a remote that answers nothing goes, and a warning says so: what was asked of the verb is done.
 * @throws DvError 'bad-config' when `.dvc/dv.yaml` cannot be read, 'interrupted'
 */
export async function limitCache(repo: Repo, context: Context): Promise<void> {
  const limit = allowedSetting({ root: repo.root, key: 'cache.limit' }, context)
  if (limit === undefined) return
  const all = await everythingHeld(repo, context)
  const held = all.reduce((sum, { size }) => sum + size, 0)
  if (held <= limit.value) return
  try {
    const { objects, bytes, remote } = await dropUntil(repo, { all, excess: held - limit.value }, context)
    if (objects > 0)
      context.report({
        type: 'note',
        message: `cache.limit ${limit.text}: ${formatCount(objects, 'object')}, ${formatBytes(bytes)}, dropped from the cache; '${remote}' has ${objects === 1 ? 'it' : 'them'}`,
      })
    if (held - bytes > limit.value)
      context.report({
        type: 'warning',
        message: `the cache holds ${formatBytes(held - bytes)}, more than its limit of ${limit.text}: the rest is on no remote, or linked in work trees`,
        hint: 'dv push   makes what only the cache has safe to drop; dv gc -a -T --dry   shows what nothing names',
      })
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted') throw error
    context.report({
      type: 'warning',
      message: `the cache could not be kept within ${limit.text}: ${error.message}`,
      ...(error.hint && { hint: error.hint }),
    })
  }
}

async function everythingHeld(repo: Repo, { signal }: Context): Promise<readonly Held[]> {
  const held: Held[] = []
  for (const hash of layouts) {
    const cache = repo.cache(hash)
    for await (const page of cache.list(signal)) {
      for (const id of page) {
        const stats = lstatSync(cache.pathOf(id), { throwIfNoEntry: false })
        if (!stats?.isFile()) continue
        // Reading sets the atime at most once a day (relatime), linking sets the ctime: the later of the two is near enough.
        const used = Math.max(stats.atimeMs, stats.ctimeMs)
        held.push({ hash, id, size: stats.size, used, frees: !isTreeId(id) && stats.nlink === 1 })
      }
    }
  }
  return held
}

async function dropUntil(
  repo: Repo,
  { all, excess }: { readonly all: readonly Held[]; readonly excess: number },
  context: Context,
): Promise<{ objects: number; bytes: number; remote: string }> {
  const remote = await repo.remote(undefined)
  refuseVersioned(remote, 'cache.limit')
  const oldest = all.filter(({ frees }) => frees).sort((a, b) => a.used - b.used)
  let [objects, bytes] = [0, 0]
  for (let at = 0; at < oldest.length && bytes < excess; at += askedAtOnce) {
    const candidates = await provenOf(repo, { remote, some: oldest.slice(at, at + askedAtOnce) }, context)
    const enough = upTo(excess - bytes, candidates)
    const plan = planDrop(repo, enough)
    await applyDrop(repo, plan, context)
    objects += plan.amount.objects
    bytes += plan.amount.bytes
  }
  return { objects, bytes, remote: remote.name }
}

async function provenOf(
  repo: Repo,
  { remote, some }: { readonly remote: RemoteConfig; readonly some: readonly Held[] },
  context: Context,
): Promise<readonly (Candidate & Held)[]> {
  const found = new Set<string>()
  for (const hash of layouts) {
    const ids = some.filter(one => one.hash === hash).map(({ id }) => id)
    if (ids.length === 0) continue
    for (const id of await provenOn(repo, { remote, cache: repo.cache(hash), ids }, context)) found.add(`${hash} ${id}`)
  }
  return some.filter(({ hash, id }) => found.has(`${hash} ${id}`)).map(one => ({ ...one, proven: true }))
}

/** The first of them that are large enough together. */
function upTo<One extends { readonly size: number }>(bytes: number, some: readonly One[]): readonly One[] {
  let sum = 0
  return some.filter(({ size }) => {
    if (sum >= bytes) return false
    sum += size
    return true
  })
}
