/** dv remove: stops tracking data; with --outs the data goes, too. */
import { rmSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { rememberOutputs } from '../repo/known-outputs.ts'
import { withLock } from '../repo/lock.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { unprotectOutput } from '../workspace/unprotect.ts'
import { type Command, dryRunFlag, jsonFlag } from './command.ts'
import { type EditReport, renderEdits } from './edit-report.ts'
import { stopIgnoring } from './git-ignore-line.ts'
import { isInside } from './inside-targets.ts'
import { nameOf, placeOf } from './place.ts'
import { type Pointed, pointersNamed } from './pointers-named.ts'
import { removeInside } from './remove-inside.ts'
import { assertSaved, planRemoval, removeOutput } from './remove-output.ts'

interface Options {
  readonly targets: readonly string[]
  readonly outs?: boolean
  readonly glob?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

interface Removed {
  readonly pointer: string
  readonly outputs: readonly string[]
  /** files of the data that went; undefined: the data stays */
  readonly files?: number
}

export const remove: Command<Options, readonly Removed[] | EditReport> = {
  name: 'remove',
  summary: 'Stop tracking data: the pointer goes, the data stays',
  details:
    'Takes away the pointer and its line in .gitignore. What was linked to the cache becomes files of their own.\nThe cache and remotes are not touched, so an older commit still brings the data back.\nAll targets are checked before anything is removed.\n\nA path inside a data set is taken out of its list, whether the file is here or not; a file that is here goes, too, when the cache has it.',
  arguments: [{ name: 'targets', many: true, summary: 'pointers: files that end in .dvc; or paths inside data sets' }],
  flags: [
    { name: 'outs', summary: 'remove the data from the work tree, too; only what is in the cache' },
    { name: 'force', short: 'f', summary: 'with --outs, and inside data sets: also what is in no cache; it is gone for good' },
    { name: 'glob', summary: 'read the targets as patterns of paths inside data sets' },
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv remove dog_and_cat.dvc', what: 'forget the data set, keep the images' },
    { line: 'dv remove --outs dog_and_cat.dvc', what: 'both; git revert and dv checkout bring them back' },
    { line: "dv remove --glob 'dog_and_cat/cats/00*.jpg'", what: 'files of a data set that need not be here' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'a target is no pointer, or data would be lost; nothing was changed' }],
  run: (options, context) =>
    withRepo<readonly Removed[] | EditReport>(context, repo =>
      options.glob || options.targets.some(target => isInside(repo, target))
        ? removeInside(repo, options, context)
        : removeTargets(repo, options, context),
    ),
  render: result => ('edited' in result ? renderEdits(result) : result.map(renderRemoved).join('')),
}

const renderRemoved = ({ pointer, outputs, files }: Removed): string =>
  `${pointer} removed${outputs.length === 0 ? '' : `; ${told(outputs, files === undefined)}`}\n`

const told = (outputs: readonly string[], stays: boolean): string =>
  stays
    ? `${outputs.join(', ')} ${outputs.length === 1 ? 'stays' : 'stay'}, and is no longer tracked`
    : `${outputs.join(', ')} removed, too`

async function removeTargets(repo: Repo, options: Options, context: Context): Promise<readonly Removed[]> {
  const pointers = pointersNamed(repo, options.targets)
  const outputs = pointers.flatMap(({ tracked }) => tracked)
  if (options.outs) await assertSaved(repo, outputs, options, context)
  if (options.dryRun)
    return pointers.map(({ file, tracked }) => ({ ...namesOf(repo, file, tracked), ...(options.outs ? { files: 0 } : {}) }))
  return withLock(
    repo,
    async () => {
      // By now somebody may have changed the data: looked at once more, before the first of them goes.
      if (options.outs) await assertSaved(repo, outputs, options, context)
      const all: Removed[] = []
      for (const pointer of pointers) all.push(await removePointer(repo, pointer, options, context))
      return all
    },
    { writes: [...pointers.map(({ file }) => file), ...outputs.map(({ path }) => path)] },
  )
}

/**
 * The data first, while the pointer still says how to have it back; then the pointer; last the line that hides the data from git. Data that
 * stays is the user's from now on: a checkout must not take it for something that dv has put there.
 */
async function removePointer(repo: Repo, { file, tracked }: Pointed, options: Options, context: Context): Promise<Removed> {
  let files = 0
  for (const one of tracked) {
    if (options.outs) files += await removeOutput(repo, await planRemoval(repo, one, context), context)
    else if (one.output.cached) await unprotectOutput(placeOf(repo, one.path, one.output.hash), {}, context)
  }
  const paths = tracked.map(({ path }) => path)
  rememberOutputs(repo.root, [], paths)
  rmSync(file)
  for (const { output, path } of tracked) if (output.cached) stopIgnoring(repo, path)
  return { ...namesOf(repo, file, tracked), ...(options.outs ? { files } : {}) }
}

const namesOf = (repo: Repo, file: string, tracked: readonly TrackedOutput[]) => ({
  pointer: nameOf(repo, file),
  outputs: tracked.map(({ path }) => nameOf(repo, path)),
})
