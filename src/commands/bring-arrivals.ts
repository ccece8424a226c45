/** Objects that a data set gets from another one which is kept on another remote: a push will need them here. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { collect, isFromRepository } from './collect.ts'
import { fetchGroups } from './fetch-objects.ts'
import type { Arrival } from './output-edit.ts'
import { nameOf } from './place.ts'

/**
 * Within one remote nothing is fetched: the remote has the objects, and the next push asks it for them.
 * @throws DvError 'object-missing', and what fetching throws
 */
export async function bringArrivals(repo: Repo, to: TrackedOutput, arrivals: readonly Arrival[], context: Context): Promise<void> {
  const remoteOf = ({ output }: TrackedOutput): string | undefined => (output.remote ?? repo.config.get('core', 'remote'))?.toLowerCase()
  const isElsewhere = (from: TrackedOutput): boolean =>
    from.path !== to.path && (remoteOf(from) !== remoteOf(to) || !from.output.pushed || isFromRepository(from.pointer.rest))
  const needed = arrivals.filter(({ from }) => isElsewhere(from.tracked))
  const cache = repo.cache('md5')
  const here = cache.hasNow(needed.map(({ id }) => id))
  const lacking = needed.filter(({ id, from }) => !here.has(id) && from.tracked.output.cached)
  if (lacking.length === 0) return
  const targets = lacking.map(({ from }) => (from.path === '' ? from.tracked.path : `${from.tracked.path}/${from.path}`))
  const { groups } = await collect(repo, { targets }, 'fetch')
  await fetchGroups(repo, groups, {}, context)
  const arrived = cache.hasNow(lacking.map(({ id }) => id))
  const missing = lacking.filter(({ id }) => !arrived.has(id))
  const [first] = missing
  if (first === undefined) return
  const name = nameOf(repo, `${first.from.tracked.path}/${first.from.path}`)
  throw new DvError(
    'object-missing',
    `${formatCount(missing.length, 'file')}, '${name}' among them, ${missing.length === 1 ? 'is' : 'are'} neither in the cache nor on the remote`,
    { hint: `dv fetch ${nameOf(repo, first.from.tracked.path)}` },
  )
}
