/** Which objects of the cache could be fetched again, as a value. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { linkedObjects } from './linked-objects.ts'

export interface Droppable {
  readonly hash: HashKind
  readonly ids: readonly ObjectId[]
}

export interface Amount {
  readonly objects: number
  /** bytes */
  readonly bytes: number
}

export interface DropPlan {
  readonly dropped: readonly Droppable[]
  readonly amount: Amount
  /** bytes of disk that become free: what work trees have hard links to stays there */
  readonly freed: number
  /** in the cache only: no remote that they belong to has them */
  readonly unproven: Amount
  /** files of the work tree are symbolic links to them */
  readonly linked: Amount
}

export interface Candidate {
  readonly hash: HashKind
  readonly id: ObjectId
  readonly proven: boolean
}

/** Of what the cache has. An object that only one of its remotes has stays. */
export function planDrop(repo: Repo, candidates: Iterable<Candidate>): DropPlan {
  const provenOf = new Map<string, Candidate>()
  for (const one of candidates) {
    const key = `${one.hash} ${one.id}`
    if (provenOf.get(key)?.proven !== false) provenOf.set(key, one)
  }
  const links = linkedObjects(findPointers(repo, { everything: true }).map(({ path }) => path))
  const ids: Record<HashKind, ObjectId[]> = { md5: [], 'md5-dos2unix': [] }
  const amounts = { going: nothing(), unproven: nothing(), linked: nothing() }
  let freed = 0
  for (const { hash, id, proven } of provenOf.values()) {
    const stats = lstatSync(repo.cache(hash).pathOf(id), { throwIfNoEntry: false })
    if (!stats?.isFile()) continue
    const kind = !proven ? 'unproven' : links.has(id) ? 'linked' : 'going'
    amounts[kind].objects++
    amounts[kind].bytes += stats.size
    if (kind !== 'going') continue
    ids[hash].push(id)
    if (stats.nlink === 1) freed += stats.size
  }
  const dropped = (Object.keys(ids) as HashKind[]).map(hash => ({ hash, ids: ids[hash] })).filter(each => each.ids.length > 0)
  return { dropped, amount: amounts.going, freed, unproven: amounts.unproven, linked: amounts.linked }
}

const nothing = (): { objects: number; bytes: number } => ({ objects: 0, bytes: 0 })

/** For good: a remote has them. Links that were made since the plan keep theirs. */
export async function applyDrop(repo: Repo, { dropped }: DropPlan, context: Context): Promise<void> {
  if (dropped.length === 0) return
  await withLock(
    repo,
    async () => {
      throwIfAborted(context.signal)
      const links = linkedObjects(findPointers(repo, { everything: true }).map(({ path }) => path))
      for (const { hash, ids } of dropped)
        await repo.cache(hash).remove(
          ids.filter(id => !links.has(id)),
          context.signal,
        )
    },
    { writes: [] },
  )
}
