/** Data in the work tree whose pointer is not in this commit. */
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { type KnownOutput, readKnownOutputs, rememberOutputs } from '../repo/known-outputs.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { nameOf, placeOf } from './place.ts'

export interface Forgotten {
  /** removed, or to be removed by a dry run; a folder ends in '/' */
  readonly names: readonly string[]
  readonly files: number
}

/**
 * Removes what dv itself has put there, when it is still what was put there and all of it is in the cache; anything else is
 * left, and named in a warning. `selections`: all outputs of this commit.
 */
export async function removeForgotten(
  repo: Repo,
  selections: readonly Selection[],
  { dryRun }: { readonly dryRun: boolean },
  context: Context,
): Promise<Forgotten> {
  const tracked = selections.map(({ tracked }) => tracked)
  const forgotten = readKnownOutputs(repo.root).filter(known => !tracked.some(({ path }) => overlaps(path, known.path)))
  const names: string[] = []
  let files = 0
  for (const known of forgotten) {
    const snapshot = await takeSnapshot(placeOf(repo, known.path, known.hash), context)
    if (snapshot.kind === 'absent') {
      if (!dryRun) rememberOutputs(repo.root, [], [known.path])
      continue
    }
    if (!(await isSafe(repo, known, snapshot, context))) {
      context.report({
        type: 'warning',
        message: `${nameOf(repo, known.path)} is not tracked at this commit and was changed, so it is left where it is`,
        hint: `dv add ${nameOf(repo, known.path)}   to track it here, or remove it by hand`,
      })
      continue
    }
    names.push(isTreeId(known.id) ? `${nameOf(repo, known.path)}/` : nameOf(repo, known.path))
    files += treeOf(snapshot).length
    if (!dryRun) await remove(repo, known, snapshot, context)
  }
  rememberSelected(repo, selections, dryRun)
  return { names, files }
}

/** Both outputs of this commit that lie in the way are left alone: above, below, or the same. */
const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

async function isSafe(repo: Repo, known: KnownOutput, snapshot: Exclude<Snapshot, { kind: 'absent' }>, context: Context): Promise<boolean> {
  if (snapshot.id !== known.id) return false
  const ids = new Set<ObjectId>([known.id, ...treeOf(snapshot).map(entry => entry.id)])
  return (await repo.cache(known.hash).has([...ids], context.signal)).size === ids.size
}

async function remove(repo: Repo, known: KnownOutput, snapshot: Snapshot, context: Context): Promise<void> {
  await withLock(
    repo,
    async () => {
      const plan = planCheckout(treeOf(snapshot), [], { isSaved: () => true })
      await applyCheckout(plan, placeOf(repo, known.path, known.hash), { cache: repo.cache(known.hash), links: repo.links }, context)
      rememberOutputs(repo.root, [], [known.path])
    },
    { writes: [known.path] },
  )
}

function rememberSelected(repo: Repo, selections: readonly Selection[], dryRun: boolean): void {
  if (dryRun) return
  rememberOutputs(
    repo.root,
    selections.flatMap(({ tracked: { output, path } }) => (output.id && output.cached ? [{ path, id: output.id, hash: output.hash }] : [])),
  )
}
