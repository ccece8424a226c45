/** What lies in the trash of the cache: back, or gone for good. */
import type { Context } from '../base/context.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { bringBack, removeIfEmpty, trashBatches, trashedObjects } from '../store/trash.ts'
import { type InspectedObjects, inspectObjects } from '../workspace/inspect-objects.ts'
import { layouts } from './gc-plan.ts'

export interface Trash {
  readonly objects: number
  /** bytes */
  readonly bytes: number
}

export interface Undone extends Trash {
  /** what came back with another hash than it went with; set aside */
  readonly damaged: readonly { readonly id: string; readonly movedTo: string }[]
}

export function trashIn(repo: Repo): Trash {
  const objects = trashBatches(repo.cache('md5').folder).flatMap(trashedObjects)
  return { objects: objects.length, bytes: objects.reduce((sum, { size }) => sum + size, 0) }
}

/** Everything that is still there, each object hashed. What the cache has again stays in the trash until its time is over. */
export async function undoGc(repo: Repo, context: Context): Promise<Undone> {
  const batches = trashBatches(repo.cache('md5').folder)
  const trashed = batches.flatMap(trashedObjects)
  const back = await withLock(repo, () => bringBack(trashed, hash => repo.cache(hash), context.signal), { writes: [] })
  for (const batch of batches) removeIfEmpty(batch)
  const inspected: InspectedObjects[] = []
  for (const hash of layouts) {
    const ids = back.filter(object => object.hash === hash).map(({ id }) => id)
    inspected.push(await inspectObjects(ids, repo.cache(hash), context))
  }
  return {
    objects: back.length,
    bytes: back.reduce((sum, { size }) => sum + size, 0),
    damaged: inspected.flatMap(({ damaged }) => damaged),
  }
}
