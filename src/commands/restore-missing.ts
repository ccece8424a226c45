/** Brings back files that are gone from the work tree, and touches no other: what was changed there is a person's work. */
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { bringGoodCopies } from './good-copies.ts'
import { ownersOf } from './object-owners.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { remotesFor } from './remotes-for.ts'

/** Resolves with the names of what is back. @throws DvError 'interrupted', 'disk-full', 'locked' */
export async function restoreMissing(repo: Repo, selections: readonly Selection[], context: Context): Promise<readonly string[]> {
  const restored: string[] = []
  for (const { tracked, inside } of selections) {
    const { output, path } = tracked
    const { id } = output
    if (id === undefined || !output.cached) continue
    if (isTreeId(id)) await bringWhatLacks(repo, [id], output.hash, context)
    const listed = isTreeId(id) ? readableTrees(repo.cache(output.hash))(id) : [{ path: '', id }]
    const wanted = inside === undefined ? listed : listed && entriesAt(listed, inside)
    if (!wanted) continue
    const missing = async (): Promise<Tree> =>
      planCheckout(treeOf(await takeSnapshot(placeOf(repo, path, output.hash), context)), wanted, { isSaved: () => true }).create
    await bringWhatLacks(
      repo,
      (await missing()).map(entry => entry.id),
      output.hash,
      context,
    )
    await withLock(
      repo,
      async () => {
        const create = await missing() // again, under the lock: it hashes nothing by now
        if (create.length === 0) return
        const plan = { create, replace: [], remove: [], unsaved: [], relink: [] }
        const options = { cache: repo.cache(output.hash), links: repo.links, executable: output.executable === true }
        const { missing: absent, damaged } = await applyCheckout(plan, placeOf(repo, path, output.hash), options, context)
        const failed = new Set([...absent.map(entry => entry.id), ...damaged.map(each => each.id)])
        for (const entry of create)
          if (!failed.has(entry.id)) restored.push(nameOf(repo, entry.path === '' ? path : `${path}/${entry.path}`))
      },
      { writes: [path] },
    )
  }
  return restored
}

async function bringWhatLacks(repo: Repo, ids: readonly ObjectId[], hash: 'md5' | 'md5-dos2unix', context: Context): Promise<void> {
  const cache = repo.cache(hash)
  const here = cache.hasNow(ids)
  const lacking = [...new Set(ids)].filter(id => !here.has(id))
  if (lacking.length === 0) return
  const owners = await ownersOf(repo, new Set(lacking), hash)
  await bringGoodCopies(repo, lacking, { cache, owners, remotes: remotesFor(repo, owners) }, context)
}
