/** Carries out edits of lists: objects first, then pointers, then the files that are here. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { printTree } from '../format/tree.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { saveOutput } from '../workspace/save.ts'
import type { AddPlan } from './add-plan.ts'
import { type EditReport, editReport } from './edit-report.ts'
import { lostBy, planWorkspace, type WorkspaceEdit } from './edit-workspace.ts'
import { contentAfter, type OutputEdit } from './output-edit.ts'
import { nameOf, passingPlaceOf, placeOf } from './place.ts'
import { type Content, isAsPlanned, recordContent } from './record-output.ts'
import { savedObjects } from './saved-objects.ts'

export interface EditOptions {
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** An edit, and what is written down of it. */
interface Step {
  readonly edit: OutputEdit
  readonly content: Content
  readonly plan: AddPlan
}

/**
 * `edits`: what gains files before what loses them, so that no moment is without an entry that stays. undefined: a pointer was rewritten
 * meanwhile, and nothing was changed. @throws DvError 'unsaved-files'
 */
export async function editOutputs(
  repo: Repo,
  edits: readonly OutputEdit[],
  { force = false, dryRun = false }: EditOptions,
  context: Context,
): Promise<EditReport | undefined> {
  const cache = repo.cache('md5')
  const look = async (): Promise<readonly WorkspaceEdit[]> => {
    const works = await planWorkspace(repo, edits, { force }, context)
    if (!force) refuseLosing(repo, works)
    return works
  }
  const works = await look()
  const steps = edits.map(edit => stepOf(repo, edit))
  const lost = works.flatMap(work => lostBy(repo, work))
  if (dryRun) return editReport(repo, steps, { lost, changed: [], dryRun })
  await keepFollowing(repo, works, context)
  for (const { edit, content } of steps) cache.put(content.id, printTree(edit.after))
  await cache.makeDurable(steps.map(({ content }) => content.id))
  return withLock(
    repo,
    async () => {
      if (!steps.every(({ plan }) => isAsPlanned(repo, plan))) return undefined
      // Looked at again, now that nobody else writes; by now it costs a walk and hashes nothing.
      const again = await look()
      const changed: string[] = []
      for (const { plan, content } of steps)
        for (const file of (await recordContent(repo, plan, content, { commit: true })) ?? []) changed.push(file)
      for (const work of again) await follow(repo, work, context)
      return editReport(repo, steps, { lost, changed, dryRun })
    },
    { writes: steps.flatMap(({ plan }) => [plan.pointerFile, plan.path]) },
  )
}

function stepOf(repo: Repo, edit: OutputEdit): Step {
  const { tracked } = edit
  const { sizeOf } = repo.cache('md5')
  return {
    edit,
    content: contentAfter(edit, sizeOf),
    plan: { path: tracked.path, pointerFile: tracked.pointerFile, tracked, exists: true },
  }
}

function refuseLosing(repo: Repo, works: readonly WorkspaceEdit[]): void {
  const lost = works.flatMap(work => lostBy(repo, work))
  const [first] = lost
  if (first === undefined) return
  const shown = 10
  const more = lost.length > shown ? `\n  … and ${formatCount(lost.length - shown, 'more file')}` : ''
  throw new DvError(
    'unsaved-files',
    `${formatCount(lost.length, 'file')} would be lost, being neither in the cache nor in git:${lost
      .slice(0, shown)
      .map(name => `\n  ${name}`)
      .join('')}${more}`,
    { hint: `dv add ${first}   to keep it, or the same command with --force to give up what is named` },
  )
}

/** Files that follow are made from the cache, and their objects may be needed for a push. */
async function keepFollowing(repo: Repo, works: readonly WorkspaceEdit[], context: Context): Promise<void> {
  const cache = repo.cache('md5')
  const arrivals = new Map(works.flatMap(work => work.following).map(arrival => [arrival.id, arrival]))
  const saved = arrivals.size === 0 ? new Set() : await savedObjects(new Set(arrivals.keys()), cache, context)
  for (const [id, { from }] of arrivals) {
    if (saved.has(id)) continue
    const path = from.path === '' ? from.tracked.path : `${from.tracked.path}/${from.path}`
    await saveOutput(passingPlaceOf(repo, path), { cache, links: repo.links, relink: false }, context)
  }
}

async function follow(repo: Repo, { edit, plan, emptyFolder }: WorkspaceEdit, context: Context): Promise<void> {
  if (plan.create.length + plan.replace.length + plan.remove.length === 0) return
  const place = placeOf(repo, edit.tracked.path, 'md5')
  const { missing, damaged } = await applyCheckout(plan, place, { cache: repo.cache('md5'), links: repo.links, emptyFolder }, context)
  if (missing.length + damaged.length === 0) return
  const name = nameOf(repo, edit.tracked.path)
  context.report({ type: 'warning', message: `some files of '${name}' could not be put into the work tree`, hint: `dv pull ${name}` })
}
