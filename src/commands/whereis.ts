/** dv whereis: which remotes hold data, and whether the cache does. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { isTreeId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type CollectOptions, collect, type Group, type Item, requestOf } from './collect.ts'
import { type Command, globFlag, jsonFlag, recursiveFlag, remoteFlag, revisionFlags } from './command.ts'
import { refuseVersioned } from './gc-plan.ts'
import { readableTrees } from './readable-trees.ts'

interface Held {
  readonly place: string
  /** objects of the target that were seen there */
  readonly objects: number
  readonly whole: boolean
}

interface Whereabouts {
  readonly path: string
  readonly id: ObjectId
  /** of the target, its list of files among them */
  readonly objects: number
  /** false: a folder whose list of files is not in the cache; only the list was asked for */
  readonly listed: boolean
  readonly cache: Held
  readonly remotes: readonly Held[]
}

interface Result {
  readonly targets: readonly Whereabouts[]
  /** remotes that gave no answer */
  readonly unasked: readonly { readonly remote: string; readonly why: string }[]
}

export const whereis: Command<CollectOptions, Result> = {
  name: 'whereis',
  summary: 'Tell which remotes hold data, and whether the cache does',
  details: `Each object is asked for now, on each remote of the configuration; nothing is remembered or taken for granted.
Of a folder whose list of files is not in the cache only the list is asked for.`,
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [remoteFlag, recursiveFlag, globFlag, ...revisionFlags, jsonFlag],
  examples: [
    { line: 'dv whereis dog_and_cat', what: 'who has this data set?' },
    { line: 'dv whereis -A --json', what: 'all versions of everything, for a script' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is no such target, some data is whole in no place, or a remote could not be asked' }],
  run: (options, context) => withRepo(context, repo => locate(repo, options, context)),
  render: ({ targets }) => (targets.length === 0 ? 'Nothing is tracked there.\n' : targets.map(renderTarget).join('')),
  problems: ({ unasked }) => unasked.map(({ remote, why }) => `ERROR: remote '${remote}' could not be asked: ${why}\n`).join(''),
  exitStatus: ({ targets, unasked }) => (unasked.length > 0 || targets.some(isNowhereWhole) ? 1 : 0),
}

async function locate(repo: Repo, { remote: only, ...options }: CollectOptions, context: Context): Promise<Result> {
  context.report({ type: 'phase', name: 'Collecting' })
  // Not asked of `collect`, which passes over what is bound to another remote: it may be there all the same.
  if (only !== undefined) await repo.remote(only)
  const { groups } = await collect(repo, options, 'fetch')
  const wanted = groups.flatMap(group => group.items.map(item => wantedOf(repo, group, item)))
  const names = only === undefined ? repo.config.remotes() : [only]
  const cacheHas = await seenBy(wanted, (hash, ids) => repo.cache(hash).has(ids, context.signal))
  const found: { name: string; has: Seen }[] = []
  const unasked: { remote: string; why: string }[] = []
  for (const name of names) {
    context.report({ type: 'phase', name: `Asking ${name}` })
    try {
      const remote = await repo.remote(name)
      refuseVersioned(remote, 'whereis')
      found.push({
        name,
        has: await seenBy(wanted, async (hash, ids) => (await repo.store(remote, hash)).store.has(ids, context.signal)),
      })
    } catch (error) {
      // Of a remote that cannot be asked is told; what the others have is worth knowing all the same.
      if (!(error instanceof DvError) || error.code === 'interrupted') throw error
      unasked.push({ remote: name, why: error.message })
    }
  }
  const targets = wanted.map(each => ({
    path: each.path,
    id: each.id,
    objects: each.ids.length,
    listed: each.listed,
    cache: held('cache', each, cacheHas),
    remotes: found.map(({ name, has }) => held(name, each, has)),
  }))
  return { targets, unasked }
}

interface Wanted {
  readonly path: string
  readonly id: ObjectId
  readonly hash: HashKind
  readonly ids: readonly ObjectId[]
  readonly listed: boolean
}

function wantedOf(repo: Repo, group: Group, item: Item): Wanted {
  const treeOf = readableTrees(repo.cache(group.hash))
  const { trees, files } = requestOf({ ...group, items: [item] }, treeOf)
  const listed = !isTreeId(item.id) || treeOf(item.id) !== undefined
  const ids = new Set([...trees.keys(), ...[...trees.values()].flat(), ...files])
  if (!listed) ids.add(item.id)
  const path = item.inside === undefined ? item.name : `${item.name}/${item.inside}`
  return { path, id: item.id, hash: group.hash, ids: [...ids], listed }
}

/** by layout: the same id in another layout is another object */
type Seen = ReadonlyMap<HashKind, ReadonlySet<ObjectId>>

/** One question for each layout, whatever the number of targets. */
async function seenBy(
  wanted: readonly Wanted[],
  ask: (hash: HashKind, ids: readonly ObjectId[]) => Promise<ReadonlySet<ObjectId>>,
): Promise<Seen> {
  const seen = new Map<HashKind, ReadonlySet<ObjectId>>()
  for (const hash of new Set(wanted.map(each => each.hash))) {
    const ids = new Set(wanted.flatMap(each => (each.hash === hash ? each.ids : [])))
    seen.set(hash, await ask(hash, [...ids]))
  }
  return seen
}

function held(place: string, { ids, hash, listed }: Wanted, seen: Seen): Held {
  const objects = ids.filter(id => seen.get(hash)?.has(id)).length
  return { place, objects, whole: listed && objects === ids.length }
}

const isNowhereWhole = ({ listed, cache, remotes }: Whereabouts): boolean =>
  listed ? ![cache, ...remotes].some(({ whole }) => whole) : !remotes.some(({ objects }) => objects > 0)

function renderTarget({ path, objects, listed, cache, remotes }: Whereabouts): string {
  const places = [cache, ...remotes]
  const width = places.reduce((widest, { place }) => Math.max(widest, place.length), 0)
  const amount = listed ? formatCount(objects, 'object') : 'its list of files is not in the cache'
  const lines = places.map(each => `  ${each.place.padEnd(width)}  ${share(each, { objects, listed })}\n`)
  return `${path}  (${amount})\n${lines.join('')}`
}

function share(each: Held, { objects, listed }: Pick<Whereabouts, 'objects' | 'listed'>): string {
  if (each.objects === 0) return 'nothing'
  if (!listed) return 'the list of files'
  return each.whole ? 'all' : `${each.objects} of ${objects}`
}
