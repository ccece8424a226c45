/** dv commit: puts into the cache, and into the pointers, what the work tree holds. */
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { rememberOutputs } from '../repo/known-outputs.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { saveOutput } from '../workspace/save.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import { addAsPlanned } from './add-as-planned.ts'
import { type Command, dryRunFlag, recursiveFlag, withDepsFlag } from './command.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { renderAddedLine } from './render-added.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options {
  readonly targets?: readonly string[]
  readonly force?: boolean
  readonly recursive?: boolean
  readonly relink?: boolean
  readonly dryRun?: boolean
}

interface Result extends ToldToGit {
  readonly committed: readonly Added[]
}

export const commit: Command<Options, Result> = {
  name: 'commit',
  summary: 'Put what the work tree holds into cache and pointers',
  details:
    'Ends what `dv add --no-commit` began, and takes changes to data that is tracked.\nData that is not what its pointer says is taken after a question, or with --force.\nAll targets are checked before anything is written.',
  arguments: [{ name: 'targets', many: true, optional: true, summary: 'pointers or data sets; all of them by default' }],
  flags: [
    { name: 'force', short: 'f', summary: 'take changes without a question' },
    withDepsFlag,
    recursiveFlag,
    { name: 'no-relink', summary: 'leave the files in the work tree as they are, whatever cache.type says' },
    dryRunFlag,
  ],
  examples: [
    { line: 'dv add --no-commit big && dv commit big', what: 'first the pointer, later the cache' },
    { line: 'dv commit -f', what: 'take every change to what is tracked' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'changed data, and nobody said yes; or data is missing; nothing was written' }],
  run: (options, context) => withRepo(context, repo => commitOutputs(repo, options, context)),
  render: ({ committed, ...told }) =>
    `${committed
      .filter(({ state }) => state !== 'unchanged')
      .map(renderAddedLine)
      .join('')}${renderGitHint(told)}`,
}

interface Task {
  readonly tracked: TrackedOutput
  readonly isChanged: boolean
}

async function commitOutputs(repo: Repo, options: Options, context: Context): Promise<Result> {
  const selections = selectOutputs(repo, options.targets ?? [], { recursive: options.recursive === true })
  const outputs = new Map(selections.map(({ tracked }) => [tracked.path, tracked]))
  const tasks: Task[] = []
  for (const tracked of outputs.values()) {
    const task = await plan(repo, tracked, options, context)
    if (task) tasks.push(task)
  }
  const committed: Added[] = []
  for (const task of tasks) committed.push(await commitOne(repo, task, options, context))
  const changed = committed.flatMap(each => each.changed)
  return { committed, ...tellGit(repo, changed, { stages: false }) }
}

/** Undefined for what a pipeline has made and only a pipeline may write down. @throws DvError 'bad-target' */
async function plan(
  repo: Repo,
  tracked: TrackedOutput,
  { force = false, targets = [] }: Options,
  context: Context,
): Promise<Task | undefined> {
  const { output, path, pointerFile, stage } = tracked
  const name = nameOf(repo, path)
  const pointer = nameOf(repo, pointerFile)
  const { id } = output
  const tree = id && isTreeId(id) && output.hash !== 'md5' ? readableTrees(repo.cache(output.hash))(id) : undefined
  const snapshot = await takeSnapshot(placeOf(repo, path, output.hash), context, id ? { id, tree } : undefined)
  const isChanged = snapshot.kind === 'absent' || snapshot.id !== id
  if (!isChanged) return { tracked, isChanged }
  if (stage !== undefined) {
    if (targets.length > 0)
      throw new DvError('bad-target', `'${name}' was changed, and belongs to stage '${stage}': only a pipeline can write that down`)
    context.report({ type: 'warning', message: `'${name}' of stage '${stage}' was changed: only a pipeline can write that down` })
    return undefined
  }
  if (force && snapshot.kind === 'absent')
    throw new DvError('bad-target', `output '${name}' does not exist`, { hint: `dv checkout ${name}` })
  if (force || (snapshot.kind !== 'absent' && (await context.ask?.(`'${name}' is not what ${pointer} says. Commit it?`))))
    return { tracked, isChanged }
  throw new DvError('bad-target', `unable to commit changed '${pointer}': '${name}' ${howChanged(snapshot)}`, {
    hint: snapshot.kind === 'absent' ? `dv checkout ${name}` : `dv commit --force ${name}`,
  })
}

const howChanged = ({ kind }: Snapshot): string => (kind === 'absent' ? 'is not there' : 'is not what it says')

async function commitOne(repo: Repo, { tracked, isChanged }: Task, options: Options, context: Context): Promise<Added> {
  const { output, path, pointerFile } = tracked
  const relink = options.relink !== false
  const unchanged: Added = { name: nameOf(repo, path), pointer: relative(repo.cwd, pointerFile), state: 'unchanged', changed: [] }
  if (options.dryRun) return isChanged ? { ...unchanged, state: 'planned' } : unchanged
  const isDvc3 = output.hash === 'md5'
  if (isChanged || (options.force && tracked.stage === undefined) || !isDvc3)
    return tracked.stage === undefined
      ? addAsPlanned(repo, { path, pointerFile, tracked, exists: true }, { commit: true, relink, renewsChecksum: true }, context)
      : unchanged
  if (!output.cached || !output.id) return unchanged
  // The pointer is right: as DVC has it, only the cache and the links are seen to.
  await saveOutput(placeOf(repo, path, 'md5'), { cache: repo.cache('md5'), links: repo.links, relink }, context)
  rememberOutputs(repo.root, [{ path, id: output.id, hash: output.hash }])
  return unchanged
}
