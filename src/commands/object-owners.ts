/** To which data an object belongs, in names that a person knows. */
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import { pointersAt } from '../repo/pointers-at.ts'
import { selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { nameOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'

export interface Owner {
  readonly tracked: TrackedOutput
  /** in a folder: the file's path; '' for the output itself, or its list */
  readonly path: string
  /** where it is not in the work tree: the commit that names it */
  readonly commit?: string
}

/** Of the work tree; what it does not name is looked for in all commits. Lists that cannot be read tell nothing. */
export async function ownersOf(repo: Repo, ids: ReadonlySet<ObjectId>, hash: HashKind): Promise<ReadonlyMap<ObjectId, readonly Owner[]>> {
  const owners = new Map<ObjectId, Owner[]>()
  const treeOf = readableTrees(repo.cache(hash))
  const note = (id: ObjectId, owner: Owner): void => void owners.set(id, [...(owners.get(id) ?? []), owner])
  const look = (tracked: TrackedOutput, wanted: ReadonlySet<ObjectId>, commit?: string): void => {
    const { id } = tracked.output
    if (id === undefined || tracked.output.hash !== hash) return
    const of = commit === undefined ? {} : { commit }
    if (wanted.has(id)) note(id, { tracked, path: '', ...of })
    if (isTreeId(id)) for (const entry of treeOf(id) ?? []) if (wanted.has(entry.id)) note(entry.id, { tracked, path: entry.path, ...of })
  }
  for (const { tracked } of selectOutputs(repo, [])) look(tracked, ids)
  const rest = new Set([...ids].filter(id => !owners.has(id)))
  if (rest.size === 0 || !repo.git) return owners
  const seen = new Set<ObjectId>()
  for (const commit of repo.git.commits('all'))
    for (const tracked of await pointersAt(repo, commit)) {
      if (tracked.output.id === undefined || seen.has(tracked.output.id)) continue
      seen.add(tracked.output.id)
      look(tracked, rest, commit)
    }
  return owners
}

/** so many digits of a commit are shown, as git does */
const shownDigits = 7

const ownerName = (repo: Repo, { tracked, path, commit }: Owner): string =>
  `${nameOf(repo, tracked.path)}${path === '' ? '' : `/${path}`}${commit === undefined ? '' : ` (at ${commit.slice(0, shownDigits)})`}`

/** Absolute, of a file in the work tree that may hold an object's bytes. */
export const fileOfOwner = ({ tracked, path }: Owner): string => (path === '' ? tracked.path : `${tracked.path}/${path}`)

export const namesOfOwners = (repo: Repo, owners: readonly Owner[] = []): readonly string[] => [
  ...new Set(owners.map(owner => ownerName(repo, owner))),
]
