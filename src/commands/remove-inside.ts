/** dv rm of paths inside data sets: their lists are edited, whether the files are here or not. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Tree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type EditOptions, editOutputs } from './edit-outputs.ts'
import type { EditReport } from './edit-report.ts'
import { assertEditable, type InsideTarget, insideTargets } from './inside-targets.ts'
import { openTrees } from './open-trees.ts'
import { editOf } from './output-edit.ts'
import { peekingRepo } from './peeking-repo.ts'
import { untilRecorded } from './until-recorded.ts'

export interface RemoveInsideOptions extends EditOptions {
  readonly targets: readonly string[]
  readonly glob?: boolean
}

/**
 * A file that is here goes too, when the cache has it; without `force` nothing is changed when one is in no cache.
 * @throws DvError 'unknown-target', 'bad-target', 'unsaved-files', 'object-missing'
 */
export async function removeInside(opened: Repo, options: RemoveInsideOptions, context: Context): Promise<EditReport> {
  const repo = options.dryRun ? peekingRepo(opened) : opened
  return untilRecorded('the pointer', async () => {
    const treeOf = openTrees(repo, context)
    const found = await insideTargets(repo, options.targets, { glob: options.glob === true, treeOf })
    const edits = []
    for (const { tracked, targets } of byOutput(found)) {
      assertEditable(repo, tracked)
      edits.push(editOf(tracked, await treeOf(tracked), { removed: entriesOf(targets) }))
    }
    return editOutputs(repo, edits, options, context)
  })
}

function byOutput(
  found: readonly InsideTarget[],
): readonly { readonly tracked: TrackedOutput; readonly targets: readonly InsideTarget[] }[] {
  const whole = found.find(({ inside }) => inside === '')
  if (whole)
    throw new DvError('bad-target', `'${whole.name}' is a data set of its own, and cannot be removed together with parts of others`, {
      hint: `dv rm ${whole.name}.dvc`,
    })
  const groups = new Map<string, { tracked: TrackedOutput; targets: InsideTarget[] }>()
  for (const target of found) {
    const group = groups.get(target.tracked.path) ?? { tracked: target.tracked, targets: [] }
    group.targets.push(target)
    groups.set(target.tracked.path, group)
  }
  return [...groups.values()]
}

/** Each once: a target may lie in another. */
const entriesOf = (targets: readonly InsideTarget[]): Tree => [
  ...new Map(targets.flatMap(({ entries }) => entries).map(entry => [entry.path, entry])).values(),
]
