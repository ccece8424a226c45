/** Takes the data of an output out of the work tree. What is in no cache is asked for first. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { type CheckoutPlan, planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { removeEmptyFolders } from '../workspace/remove-empty-folders.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { savedObjects } from './saved-objects.ts'

export interface Removal {
  readonly tracked: TrackedOutput
  readonly plan: CheckoutPlan
}

/** Refuses before anything is touched. @throws DvError 'unsaved-files' */
export async function assertSaved(
  repo: Repo,
  outputs: readonly TrackedOutput[],
  { force = false }: { readonly force?: boolean },
  context: Context,
): Promise<void> {
  if (force) return
  const removals: Removal[] = []
  for (const tracked of outputs) removals.push(await planRemoval(repo, tracked, context))
  const unsaved = removals.flatMap(({ tracked, plan }) =>
    plan.unsaved.map(path => nameOf(repo, path === '' ? tracked.path : `${tracked.path}/${path}`)),
  )
  if (unsaved.length === 0) return
  const first = removals.find(({ plan }) => plan.unsaved.length > 0)
  throw new DvError('unsaved-files', `${formatCount(unsaved.length, 'file')} would be lost, being in no cache: ${listed(unsaved)}`, {
    hint: `dv add ${first ? nameOf(repo, first.tracked.path) : '.'}   to keep them, or the same command with --force to give them up`,
  })
}

/** Names shown of many. */
const shown = 10

const listed = (names: readonly string[]): string =>
  `${names
    .slice(0, shown)
    .map(name => `\n  ${name}`)
    .join('')}${names.length > shown ? `\n  … and ${formatCount(names.length - shown, 'more file')}` : ''}`

export async function planRemoval(repo: Repo, tracked: TrackedOutput, context: Context): Promise<Removal> {
  const { output, path } = tracked
  const cache = repo.cache(output.hash)
  const tree = output.id && output.hash !== 'md5' ? readableTrees(cache)(output.id) : undefined
  const snapshot = await takeSnapshot(placeOf(repo, path, output.hash), context, output.id ? { id: output.id, tree } : undefined)
  const current = treeOf(snapshot)
  const saved = await savedObjects(new Set(current.map(({ id }) => id)), cache, context)
  return { tracked, plan: planCheckout(current, [], { isSaved: id => saved.has(id) }) }
}

/** Returns how many files went. What .dvcignore hides inside stays, and with it the folder. */
export async function removeOutput(repo: Repo, { tracked, plan }: Removal, context: Context): Promise<number> {
  const { path, output } = tracked
  const place = placeOf(repo, path, output.hash)
  const { removed } = await applyCheckout(plan, place, { cache: repo.cache(output.hash), links: repo.links }, context)
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) removeEmptyFolders(path)
  return removed
}
