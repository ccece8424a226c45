/** Brings outputs in the work tree to what their pointers say: for `dv checkout` and `dv pull`. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'
import type { Tree } from '../format/tree.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { type CheckoutPlan, planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { adviseLinks, type Copied } from './advise-links.ts'
import { entriesInside } from './collect.ts'
import { nameOf, placeOf } from './place.ts'

export interface CheckoutOptions {
  readonly force?: boolean
  readonly relink?: boolean
  readonly allowMissing?: boolean
  readonly dryRun?: boolean
}

export interface CheckoutReport {
  /** outputs, by the name a person uses; a folder ends in '/' */
  readonly added: readonly string[]
  readonly modified: readonly string[]
  readonly deleted: readonly string[]
  /** outputs of which something could not be had */
  readonly failed: readonly string[]
  /** files without a copy anywhere that --force removed or replaced */
  readonly lost: readonly string[]
  readonly files: { readonly added: number; readonly modified: number; readonly deleted: number }
  readonly relinked: boolean
  readonly dryRun: boolean
}

interface Work {
  readonly selection: Selection
  readonly plan: CheckoutPlan
  readonly existed: boolean
  readonly wanted: Tree
  readonly name: string
  /** the output is a folder without files, and is not there */
  readonly makesFolder: boolean
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
  if (changing.length === 0 || options.dryRun) return reportOf(changing, { failed, lost: [], options })
  const paths = changing.map(work => work.selection.tracked.path)
  return withLock(
    repo,
    async () => {
      // What was learnt before the lock was taken is looked at again; by now it costs a walk and hashes nothing.
      const again = await planAll(
        repo,
        changing.map(work => work.selection),
        { options, failed: [] },
        context,
      )
      if (!options.force) refuseUnsaved(again, repo)
      for (const work of again) await apply(repo, work, failed, context)
      adviseLinks(repo, copiedBy(again), context)
      return reportOf(again, { failed, lost: again.flatMap(lostBy), options })
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
    const tree = repo.cache(hash).readTree(id)
    return inside === undefined ? tree : entriesInside(tree, inside)
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
  const current = selection.inside === undefined ? whole : entriesInside(whole, selection.inside)
  const saved = await savedOf(repo, { current, wanted, hash: output.hash }, context)
  return {
    selection,
    wanted,
    plan: planCheckout(current, wanted, { isSaved: id => saved.has(id), relink }),
    existed: snapshot.kind !== 'absent',
    makesFolder: wanted.length === 0 && selection.inside === undefined && snapshot.kind === 'absent',
    name: nameOf(repo, path),
  }
}

/** Which of the contents that would go are in the cache. */
async function savedOf(
  repo: Repo,
  { current, wanted, hash }: { readonly current: Tree; readonly wanted: Tree; readonly hash: 'md5' | 'md5-dos2unix' },
  context: Context,
): Promise<ReadonlySet<ObjectId>> {
  const kept = new Map(wanted.map(entry => [entry.path, entry.id]))
  const going = new Set(current.filter(entry => kept.get(entry.path) !== entry.id).map(entry => entry.id))
  return going.size === 0 ? new Set() : repo.cache(hash).has([...going], context.signal)
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

const lostBy = (work: Work): readonly string[] => work.plan.unsaved.map(path => (path === '' ? work.name : `${work.name}/${path}`))

async function apply(repo: Repo, work: Work, failed: string[], context: Context): Promise<void> {
  const { path, output } = work.selection.tracked
  const options = {
    cache: repo.cache(output.hash),
    links: repo.links,
    executable: output.executable === true,
    emptyFolder: work.wanted.length === 0 && output.id !== undefined && isTreeId(output.id),
  }
  const done = await applyCheckout(work.plan, placeOf(repo, path, output.hash), options, context)
  if (done.missing.length + done.damaged.length > 0) failed.push(work.name)
  for (const { id, movedTo } of done.damaged)
    context.report({
      type: 'warning',
      message: `object ${id} in the cache was damaged and is set aside as ${movedTo}`,
      hint: `dv fetch ${work.name}`,
    })
}

const copiedBy = (works: readonly Work[]): Copied => ({
  bytes: works.reduce((sum, work) => sum + (work.existed ? 0 : (work.selection.tracked.output.size ?? 0)), 0),
  id: works.flatMap(work => work.plan.create.slice(0, 1))[0]?.id,
})

function reportOf(
  works: readonly Work[],
  { failed, lost, options }: { readonly failed: readonly string[]; readonly lost: readonly string[]; readonly options: CheckoutOptions },
): CheckoutReport {
  const named = (which: (work: Work) => boolean): readonly string[] => works.filter(which).map(labelOf)
  const count = (of: (plan: CheckoutPlan) => number): number => works.reduce((sum, work) => sum + of(work.plan), 0)
  return {
    added: named(work => !work.existed),
    modified: named(work => work.existed),
    deleted: [],
    failed: [...new Set(failed)],
    lost,
    files: {
      added: count(plan => plan.create.length),
      modified: count(plan => plan.replace.length),
      deleted: count(plan => plan.remove.length),
    },
    relinked: options.relink === true,
    dryRun: options.dryRun === true,
  }
}

const labelOf = ({ selection, name }: Work): string =>
  selection.tracked.output.id && isTreeId(selection.tracked.output.id) ? `${name}/` : name
