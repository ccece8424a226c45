/** Brings outputs in the work tree to what their pointers say: for `dv checkout` and `dv pull`. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'
import type { Tree, TreeEntry } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { adviseLinks, type Copied } from './advise-links.ts'
import { type CheckoutReport, type Done, lostBy, reportOf, type Work } from './checkout-report.ts'
import { nameOf, placeOf } from './place.ts'
import { savedObjects } from './saved-objects.ts'
import { selectionOfNow } from './selection-of-now.ts'
import { toldFor } from './told-for.ts'

export interface CheckoutOptions {
  readonly force?: boolean
  readonly relink?: boolean
  readonly allowMissing?: boolean
  readonly dryRun?: boolean
  /** with dryRun: objects that a fetch would bring first */
  readonly arriving?: ReadonlySet<ObjectId>
}

/**
 * Plans all outputs first: when a file would be lost, nothing at all is changed.
 * @throws DvError 'unsaved-files'
 */
export async function checkoutOutputs(
  repo: Repo,
  selections: readonly Selection[],
  options: CheckoutOptions,
  context: Context,
): Promise<CheckoutReport> {
  const failed: string[] = []
  context.report({ type: 'phase', name: 'Comparing' })
  const works = await planAll(repo, selections, { options, failed }, context)
  const changing = works.filter(isChanging)
  if (!options.force) refuseUnsaved(changing, repo)
  if (options.dryRun)
    return reportOf(await wouldDoAll(repo, changing, { arriving: options.arriving, failed }, context), { failed, options })
  if (changing.length === 0) return reportOf([], { failed, options })
  const paths = changing.map(work => work.selection.tracked.path)
  return withLock(
    repo,
    async () => {
      // What was learnt before the lock was taken is looked at again, pointers too; by now it costs a walk and hashes nothing.
      const again = await planAll(
        repo,
        changing.flatMap(({ selection }) => selectionOfNow(repo, selection) ?? []),
        { options, failed: [] },
        context,
      )
      if (!options.force) refuseUnsaved(again, repo)
      const done: Done[] = []
      for (const work of again) done.push(await apply(repo, work, failed, context))
      adviseLinks(repo, copiedBy(again), context)
      return reportOf(done, { failed, options })
    },
    { writes: paths },
  )
}

async function planAll(
  repo: Repo,
  selections: readonly Selection[],
  { options, failed }: { readonly options: CheckoutOptions; readonly failed: string[] },
  context: Context,
): Promise<readonly Work[]> {
  const works: Work[] = []
  for (const selection of selections) {
    const { tracked } = selection
    if (!tracked.output.cached) continue
    const wanted = wantedTree(repo, selection)
    if (wanted) works.push(await planOne(repo, { selection, wanted, relink: options.relink === true }, context))
    else failed.push(nameOf(repo, tracked.path))
  }
  return works
}

/** undefined: the pointer names no data, or its list is not in the cache. */
function wantedTree(repo: Repo, { tracked, inside }: Selection): Tree | undefined {
  const { id, hash } = tracked.output
  if (!id) return undefined
  if (!isTreeId(id)) return [{ path: '', id }]
  try {
    const tree = toldFor(nameOf(repo, tracked.pointerFile), () => repo.cache(hash).readTree(id))
    return inside === undefined ? tree : entriesAt(tree, inside)
  } catch (error) {
    if (error instanceof DvError && (error.code === 'object-missing' || error.code === 'object-corrupt')) return undefined
    throw error
  }
}

async function planOne(
  repo: Repo,
  { selection, wanted, relink }: { readonly selection: Selection; readonly wanted: Tree; readonly relink: boolean },
  context: Context,
): Promise<Work> {
  const { path, output } = selection.tracked
  const expected = output.id ? { id: output.id, ...(selection.inside === undefined ? { tree: wanted } : {}) } : undefined
  const snapshot = await takeSnapshot(placeOf(repo, path, output.hash), context, expected)
  const whole = treeOf(snapshot)
  const current = selection.inside === undefined ? whole : entriesAt(whole, selection.inside)
  const saved = await savedOf(repo, { current, wanted, hash: output.hash }, context)
  const keepsFolder = wanted.length === 0 && selection.inside === undefined && output.id !== undefined && isTreeId(output.id)
  return {
    selection,
    plan: planCheckout(current, wanted, { isSaved: id => saved.has(id), relink }),
    existed: snapshot.kind !== 'absent',
    keepsFolder,
    makesFolder: keepsFolder && snapshot.kind !== 'folder',
    name: nameOf(repo, path),
  }
}

/** Which of the contents that would go are whole in the cache. */
async function savedOf(
  repo: Repo,
  { current, wanted, hash }: { readonly current: Tree; readonly wanted: Tree; readonly hash: 'md5' | 'md5-dos2unix' },
  context: Context,
): Promise<ReadonlySet<ObjectId>> {
  const kept = new Map(wanted.map(entry => [entry.path, entry.id]))
  const going = new Set(current.filter(entry => kept.get(entry.path) !== entry.id).map(entry => entry.id))
  return going.size === 0 ? going : savedObjects(going, repo.cache(hash), context)
}

const isChanging = ({ plan, makesFolder }: Work): boolean =>
  makesFolder || plan.create.length + plan.replace.length + plan.remove.length + plan.relink.length > 0

function refuseUnsaved(works: readonly Work[], repo: Repo): void {
  const unsaved = works.flatMap(lostBy)
  if (unsaved.length === 0) return
  const shown = 10
  const names = unsaved.slice(0, shown).map(name => `\n  ${name}`)
  const more = unsaved.length > shown ? `\n  … and ${formatCount(unsaved.length - shown, 'more file')}` : ''
  throw new DvError(
    'unsaved-files',
    `${formatCount(unsaved.length, 'file')} would be lost, being neither in the cache nor in git:${names.join('')}${more}`,
    {
      hint: `dv add ${works.find(work => work.plan.unsaved.length > 0)?.name ?? nameOf(repo, repo.root)}   to keep them, or the same command with --force to give them up`,
    },
  )
}

async function apply(repo: Repo, work: Work, failed: string[], context: Context): Promise<Done> {
  const { plan, selection, name } = work
  const { path, output } = selection.tracked
  const options = {
    cache: repo.cache(output.hash),
    links: repo.links,
    executable: output.executable === true,
    emptyFolder: work.keepsFolder,
  }
  const result = await applyCheckout(plan, placeOf(repo, path, output.hash), options, context)
  if (result.missing.length + result.damaged.length > 0) failed.push(name)
  for (const { id, movedTo } of result.damaged)
    context.report({
      type: 'warning',
      message: `object ${id} in the cache was damaged and is set aside as ${movedTo}`,
      hint: `dv fetch ${name}`,
    })
  const damaged = new Set(result.damaged.map(({ id }) => id))
  return {
    work,
    files: { added: result.created, modified: result.replaced, deleted: result.removed },
    kept: new Set([...result.missing, ...plan.replace.filter(({ id }) => damaged.has(id))].map(entry => entry.path)),
  }
}

const copiedBy = (works: readonly Work[]): Copied => ({
  bytes: works.reduce((sum, work) => sum + (work.existed ? 0 : (work.selection.tracked.output.size ?? 0)), 0),
  id: works.flatMap(work => work.plan.create.slice(0, 1))[0]?.id,
})

/** What a checkout would do, without what the cache lacks and no fetch would bring. */
async function wouldDoAll(
  repo: Repo,
  works: readonly Work[],
  { arriving, failed }: { readonly arriving: ReadonlySet<ObjectId> | undefined; readonly failed: string[] },
  context: Context,
): Promise<readonly Done[]> {
  const all: Done[] = []
  for (const work of works) {
    const { plan, selection, name } = work
    const wanted = [...plan.create, ...plan.replace]
    const asked = wanted.map(({ id }) => id).filter(id => !arriving?.has(id))
    const here = asked.length === 0 ? new Set() : await repo.cache(selection.tracked.output.hash).has(asked, context.signal)
    const isMissing = ({ id }: TreeEntry): boolean => !arriving?.has(id) && !here.has(id)
    if (wanted.some(isMissing)) failed.push(name)
    const made = (tree: Tree): number => tree.filter(entry => !isMissing(entry)).length
    all.push({
      work,
      files: { added: made(plan.create), modified: made(plan.replace), deleted: plan.remove.length },
      kept: new Set(wanted.filter(isMissing).map(entry => entry.path)),
    })
  }
  return all
}
