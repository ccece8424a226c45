/** Which remotes may hold a good copy of some objects. */
import type { ObjectId } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import type { Owner } from './object-owners.ts'

/** Their own first, then the default one, then all the others. */
export function remotesFor(repo: Repo, owners: ReadonlyMap<ObjectId, readonly Owner[]>): readonly string[] {
  const own = [...owners.values()].flatMap(each => each.flatMap(({ tracked }) => tracked.output.remote?.toLowerCase() ?? []))
  const byDefault = repo.config.get('core', 'remote')?.toLowerCase()
  return [...new Set([...own, ...(byDefault === undefined ? [] : [byDefault]), ...repo.config.remotes()])]
}
