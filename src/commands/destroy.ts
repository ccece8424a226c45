/** dv destroy: the repository forgets dv and DVC; the data in the work tree stays. */
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { withLock } from '../repo/lock.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { isPointerName } from '../repo/read-pointer.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { unprotectOutput } from '../workspace/unprotect.ts'
import { type Command, dryRunFlag } from './command.ts'
import { nameOf, placeOf } from './place.ts'

interface Options {
  readonly force?: boolean
  readonly dryRun?: boolean
}

interface Result {
  /** pointers that went, relative to the working folder */
  readonly pointers: readonly string[]
  /** data whose only copy was in the cache */
  readonly lost: readonly string[]
  /** a cache outside of the repository, which stays */
  readonly cache?: string
}

export const destroy: Command<Options, Result> = {
  name: 'destroy',
  summary: 'Remove pointers, settings and the cache; the data in the work tree stays',
  details:
    'Takes away .dvc with the cache in it, .dvcignore and every pointer. What was linked to the cache becomes files of their own first.\nOlder versions of the data that are on no remote are gone for good. A cache outside of the repository, which others may use, stays;\nso do .gitignore, dvc.yaml, and all that git has.',
  arguments: [],
  flags: [{ name: 'force', short: 'f', summary: 'do not ask' }, dryRunFlag],
  examples: [{ line: 'dv destroy', what: 'asks, then removes' }],
  exits: [{ status: 1, what: 'nobody said yes; nothing was changed' }],
  run: destroyRepository,
  render: ({ pointers, cache }, { dryRun }) =>
    `${dryRun ? pointers.map(name => `${name}\n`).join('') : ''}${formatCount(pointers.length, 'pointer')}, .dvc and .dvcignore removed\n${cache === undefined ? '' : `The cache in ${cache} stays: other repositories may use it.\n`}`,
  problems: ({ lost }) => (lost.length === 0 ? '' : `WARNING: not in the work tree, and now in no cache: ${lost.join(', ')}\n`),
}

async function destroyRepository(options: Options, context: Context): Promise<Result> {
  const { root, result } = await withRepo(context, async repo => ({ root: repo.root, result: await clear(repo, options, context) }))
  // After the repository was closed, which writes down what it has learnt. `.dvc` goes last: as long as it is there, destroy can go on.
  if (!options.dryRun) for (const name of ['.dvcignore', '.dvc']) rmSync(join(root, name), { recursive: true, force: true })
  return result
}

/** All but `.dvc` itself. */
async function clear(repo: Repo, options: Options, context: Context): Promise<Result> {
  const tracked = findPointers(repo).filter(({ pointerFile }) => isPointerName(pointerFile))
  const pointers = [...new Set(tracked.map(({ pointerFile }) => pointerFile))]
  const lost = tracked.filter(({ path, output }) => output.cached && output.id && !lstatSync(path, { throwIfNoEntry: false }))
  const { folder } = repo.cache('md5')
  const isOurs = folder.startsWith(`${join(repo.root, '.dvc')}/`)
  const result: Result = {
    pointers: pointers.map(file => nameOf(repo, file)),
    lost: isOurs ? lost.map(({ path }) => nameOf(repo, path)) : [],
    ...(isOurs ? {} : { cache: folder }),
  }
  if (options.dryRun) return result
  if (!options.force && !(await context.ask?.(question(repo, result))))
    throw new DvError('bad-target', 'cannot destroy without a confirmation from the user', { hint: 'dv destroy --force' })
  await withLock(repo, () => removePointers(repo, { tracked, pointers }, context))
  return result
}

function question(repo: Repo, { pointers, cache, lost }: Result): string {
  const kept = cache === undefined ? ', with every older version of the data that is on no remote' : ''
  const missing = lost.length === 0 ? '' : `\n${formatCount(lost.length, 'data set')} would be lost altogether: ${lost.join(', ')}.`
  return `This removes ${formatCount(pointers.length, 'pointer')} and ${join(repo.root, '.dvc')}${kept}.${missing}\nAre you sure you want to continue?`
}

async function removePointers(
  repo: Repo,
  { tracked, pointers }: { readonly tracked: readonly TrackedOutput[]; readonly pointers: readonly string[] },
  context: Context,
): Promise<void> {
  for (const { output, path } of tracked) if (output.cached) await unprotectOutput(placeOf(repo, path, output.hash), {}, context)
  for (const file of pointers) rmSync(file, { force: true })
}
