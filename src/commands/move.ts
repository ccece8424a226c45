/** dv move: a tracked file or folder gets another name or place, its pointer with it. */
import type { Context } from '../base/context.ts'
import { withLock } from '../repo/lock.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Command, dryRunFlag, jsonFlag } from './command.ts'
import { editFlags, type PathsOptions, pathsOf } from './copy.ts'
import type { EditOptions } from './edit-outputs.ts'
import { type EditReport, renderEdits } from './edit-report.ts'
import { isInside } from './inside-targets.ts'
import { type MovePlan, type MoveTargets, planMove } from './move-plan.ts'
import { moveSteps } from './move-steps.ts'
import { nameOf } from './place.ts'
import { relocateInside } from './relocate-inside.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options extends EditOptions, PathsOptions {
  readonly overwrite?: boolean
  readonly glob?: boolean
}

interface Moved extends ToldToGit {
  readonly from: string
  readonly to: string
  readonly pointer: string
  readonly hasData: boolean
}

export const move: Command<Options, Moved | EditReport> = {
  name: 'move',
  summary: 'Rename or move tracked data, with its pointer',
  details:
    'Data, pointer and line in .gitignore go together; nothing is copied or hashed, and links stay links.\nA destination that is a folder takes the data under its old name. Nothing that is there is ever overwritten.\nStopped on its way, the same command goes on.\n\nOf paths inside data sets only the lists are edited: the files need not be here, and those that are here follow. Into a folder, and into what\nends in /, sources go by their names; otherwise the last path is the new name.',
  arguments: [
    { name: 'src', summary: 'a data set: the file or folder itself, not its pointer; or a path inside one' },
    { name: 'dst', many: true, summary: 'a new name, or a folder to move it into; before it, more paths inside data sets' },
  ],
  flags: [...editFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv move raw.csv data/', what: 'into a folder' },
    { line: 'dv move dog_and_cat pets', what: 'another name' },
    { line: "dv move --glob 'new/cats/*' pets/cats/", what: 'from one data set into another, here or not' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'no such data, or something is in the way; nothing was changed' }],
  run: (options, context) =>
    withRepo<Moved | EditReport>(context, repo => {
      const { sources, destination } = pathsOf(options)
      if (options.glob || sources.length > 1 || isInside(repo, options.src))
        return relocateInside(repo, { ...options, sources, destination, keep: false }, context)
      return moveTracked(repo, { src: options.src, dst: destination, dryRun: options.dryRun === true }, context)
    }),
  render: result => ('edited' in result ? renderEdits(result) : renderMoved(result)),
}

const renderMoved = ({ from, to, hasData, pointer, ...told }: Moved): string =>
  `${from} -> ${to}${hasData ? '' : ` (${pointer} only: the data is not here)`}\n${renderGitHint(told)}`

async function moveTracked(repo: Repo, options: MoveTargets & { readonly dryRun: boolean }, context: Context): Promise<Moved> {
  const planned = planMove(repo, options)
  if (options.dryRun) return { ...told(repo, planned), ...tellGit(repo, []) }
  const { from, to, pointerFile } = planned
  return withLock(
    repo,
    async () => {
      // By now another process may have been here.
      const plan = planMove(repo, options)
      if (!plan.hasData && plan.text !== undefined)
        context.report({
          type: 'warning',
          message: `'${nameOf(repo, from)}' is missing: only its pointer is moved`,
          hint: `dv checkout ${nameOf(repo, to)}`,
        })
      const changed: string[] = []
      for (const step of moveSteps(repo, plan)) for (const file of await step()) changed.push(file)
      return { ...told(repo, plan), ...tellGit(repo, changed) }
    },
    { writes: [from, to, pointerFile, ...(planned.oldPointer === undefined ? [] : [planned.oldPointer])] },
  )
}

const told = (repo: Repo, { from, to, pointerFile, hasData, text }: MovePlan) => ({
  from: nameOf(repo, from),
  to: nameOf(repo, to),
  pointer: nameOf(repo, pointerFile),
  hasData: hasData || text === undefined,
})
