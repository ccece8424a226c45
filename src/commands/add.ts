/** dv add: data into the cache, a pointer beside it, a line for git to ignore it. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { isUrl } from '../repo/source-place.ts'
import { addFromOutside, type OutsideOptions } from './add-from-outside.ts'
import { type AddPlan, planTogether } from './add-plan.ts'
import { addTogether } from './add-together.ts'
import { assertPointersSeen } from './assert-pointers-seen.ts'
import { type Command, dryRunFlag, jsonFlag, remoteFlag } from './command.ts'
import { expandGlobs } from './expand-globs.ts'
import { limitCache } from './limit-cache.ts'
import { nameOf } from './place.ts'
import { renderAddedLine } from './render-added.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options extends OutsideOptions {
  readonly targets: readonly string[]
  readonly commit?: boolean
  readonly glob?: boolean
  readonly relink?: boolean
  readonly dryRun?: boolean
}

export interface Added {
  /** the data, relative to the working folder */
  readonly name: string
  readonly pointer: string
  /** `removed`: it is gone, and was taken out of its folder's list */
  readonly state: 'new' | 'changed' | 'unchanged' | 'removed' | 'planned'
  /** bytes; undefined when only a part of a folder was looked at */
  readonly size?: number
  readonly fileCount?: number
  /** what git should be told about */
  readonly changed: readonly string[]
}

interface Result extends ToldToGit {
  readonly added: readonly Added[]
}

export const add: Command<Options, Result> = {
  name: 'add',
  summary: 'Track files and folders: into the cache, and a pointer for git',
  details:
    'Writes NAME.dvc, a small text file for git, and puts the data into the cache. The data stays where it is.\nAdding again takes what changed: only files whose size, time or inode differ are read.\nAll targets are checked before anything is written.',
  arguments: [{ name: 'targets', many: true, summary: 'files or folders, or paths inside a tracked folder' }],
  flags: [
    { name: 'force', short: 'f', summary: 'with --out: replace what is there' },
    { name: 'out', short: 'o', value: 'path', summary: 'track a copy of the target at this path' },
    { name: 'glob', summary: 'read the targets as patterns' },
    { name: 'no-commit', summary: 'write the pointer only, and leave the cache alone' },
    { name: 'no-relink', summary: 'leave the files in the work tree as they are, whatever cache.type says' },
    { name: 'to-remote', summary: 'send the data straight to the remote, and keep no copy here' },
    remoteFlag,
    { name: 'remote-jobs', value: 'number', type: 'number', summary: 'transfers at a time for --to-remote' },
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv add dog_and_cat', what: 'a folder of images, one pointer' },
    { line: 'dv add dog_and_cat/cats/0006.jpg', what: 'one new file of it' },
    { line: "dv add --glob 'raw/*.csv'", what: 'a pointer for each match' },
    { line: 'dv add --to-remote -o big /mnt/camera/big', what: 'from a disk to the bucket, without a copy here' },
    { line: 'dv add -o cats s3://lab/cats', what: 'from another bucket, without remembering it' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'a target cannot be tracked; nothing was changed' }],
  run: (options, context) =>
    withRepo(context, async repo => {
      const result = await addTargets(repo, options, context)
      if (!options.dryRun) await limitCache(repo, context)
      return result
    }),
  render: ({ added, ...told }) => `${added.map(renderAddedLine).join('')}${renderGitHint(told)}`,
  json: ({ added, staged, withGit }) => ({ added, staged, withGit }),
}

async function addTargets(repo: Repo, options: Options, context: Context): Promise<Result> {
  if (options.toRemote || options.out !== undefined) {
    refuseMixed(options)
    return finish(repo, [await addFromOutside(repo, { ...options, target: options.targets[0] ?? '' }, context)])
  }
  if (options.remote !== undefined || options.remoteJobs !== undefined)
    throw new DvError('bad-target', '--remote and --remote-jobs are for --to-remote only', {
      hint: `dv add --to-remote ${options.targets.join(' ')}`,
    })
  const elsewhere = options.targets.find(isUrl)
  if (elsewhere !== undefined)
    throw new DvError('bad-target', `${elsewhere} lies outside of the repository: only a copy of it can be tracked`, {
      hint: `dv import-url ${elsewhere}   remembers where it came from; dv add --out <path> ${elsewhere}   does not`,
    })
  const tracked = findPointers(repo)
  const paths = options.glob ? expandGlobs(repo.cwd, options.targets) : options.targets
  const plans = planTogether(repo, tracked, paths)
  assertPointersSeen(repo, plans)
  if (options.dryRun)
    return finish(
      repo,
      plans.map(plan => planned(repo, plan)),
    )
  const how = { commit: options.commit !== false, relink: options.relink !== false }
  return finish(repo, await addTogether(repo, plans, how, context))
}

const planned = (repo: Repo, { path, pointerFile }: AddPlan): Added => ({
  name: nameOf(repo, path),
  pointer: nameOf(repo, pointerFile),
  state: 'planned',
  changed: [],
})

function refuseMixed(options: Options): void {
  const flag = options.toRemote ? '--to-remote' : '--out'
  if (options.targets.length !== 1) throw new DvError('bad-target', `${flag} takes one target, not ${options.targets.length}`)
  if (options.glob) throw new DvError('bad-target', `${flag} and --glob do not go together`)
  if (options.commit === false) throw new DvError('bad-target', `${flag} and --no-commit do not go together`)
}

const finish = (repo: Repo, added: readonly Added[]): Result => ({
  ...tellGit(
    repo,
    added.flatMap(each => each.changed),
  ),
  added: added.map(each => ({ ...each, changed: each.changed.map(path => nameOf(repo, path)) })),
})
