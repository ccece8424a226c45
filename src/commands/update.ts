/** dv update: imported data as its source has it now. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { sourceOf } from '../format/dependency.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag, recursiveFlag } from './command.ts'
import { nameOf } from './place.ts'
import { toldOfSource } from './source-states.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'
import { updateRepository } from './update-repository.ts'
import { updateUrl } from './update-url.ts'

interface Options {
  readonly targets: readonly string[]
  readonly rev?: string
  readonly recursive?: boolean
  readonly download?: boolean
  readonly toRemote?: boolean
  readonly remote?: string
  readonly jobs?: number
  readonly force?: boolean
  readonly dryRun?: boolean
}

export interface Updated {
  /** the data, relative to the working folder */
  readonly name: string
  readonly pointer: string
  /** for people */
  readonly from: string
  /** `restored`: the source is as it was, the data here was not; `noted`: the pointer says what is new, nothing was fetched */
  readonly state: 'unchanged' | 'updated' | 'restored' | 'noted' | 'sent' | 'planned'
  /** absolute paths of what git should be told about */
  readonly changed: readonly string[]
  /** files without a copy anywhere that --force gave up */
  readonly lost: readonly string[]
}

interface Result {
  readonly updated: readonly Updated[]
  readonly failed: readonly { readonly name: string; readonly error: DvError }[]
  readonly git: ToldToGit
}

export const update: Command<Options, Result> = {
  name: 'update',
  summary: 'Bring imported data to what its source has now',
  details:
    'Asks the source of each import, takes what is new, and writes it into the pointer. For data of `dv import` that is the newest commit of the\nbranch or tag that was named with --rev, else of the repository; for data of `dv import-url` what the place holds now.\nA file that has no copy in the cache is never replaced without --force.',
  arguments: [{ name: 'targets', many: true, summary: 'pointers of imports, or their data' }],
  flags: [
    { name: 'rev', value: 'commit', summary: 'the branch, tag or commit to take from now on; in a bucket with versions: the version' },
    recursiveFlag,
    { name: 'no-download', summary: 'write into the pointer what is new, and fetch nothing; the old data goes' },
    { name: 'to-remote', summary: 'send the data of a URL straight to the remote' },
    { name: 'remote', short: 'r', value: 'name', summary: 'with --to-remote: the remote to use instead of the default one' },
    jobsFlag,
    { name: 'force', short: 'f', summary: 'give up files that are neither in the cache nor in git; they are listed' },
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv update cats.dvc', what: 'what the source has now' },
    { line: 'dv update --rev v2 model.bin.dvc', what: 'of another tag' },
    { line: 'dv update -R imported', what: 'every import below a folder' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'a source cannot be used, or files would be lost; the other imports were updated' }],
  run: (options, context) => withRepo(context, repo => updateAll(repo, options, context)),
  render: ({ updated, git }) => `${updated.map(line).join('')}${renderGitHint(git)}`,
  problems: ({ failed }) => failed.map(({ error }) => `ERROR: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ''}`).join(''),
  json: ({ updated, failed }) => ({
    updated: updated.map(({ changed: _changed, ...each }) => each),
    failed: failed.map(({ name, error }) => ({ name, error: error.message })),
  }),
  exitStatus: ({ failed }) => (failed.length > 0 ? 1 : 0),
}

const words: Readonly<Record<Updated['state'], string>> = {
  unchanged: 'as its source has it',
  updated: 'updated',
  restored: 'as its source has it again',
  noted: 'noted, nothing was fetched',
  sent: 'sent to the remote',
  planned: 'to be updated',
}

const line = ({ name, from, state, lost }: Updated): string =>
  `${from} -> ${name}: ${words[state]}\n${lost.map(path => `lost    ${path}\n`).join('')}`

async function updateAll(repo: Repo, options: Options, context: Context): Promise<Result> {
  refuseMixed(options)
  const found = selectOutputs(repo, options.targets, { recursive: options.recursive === true })
  const imports = new Map(found.flatMap(({ tracked }) => (isImport(tracked) ? [[tracked.path, tracked]] : [])))
  for (const { tracked } of found) if (!isImport(tracked)) tellNoImport(repo, tracked, options, context)
  const updated: Updated[] = []
  const failed: { name: string; error: DvError }[] = []
  for (const tracked of imports.values()) {
    try {
      updated.push(await updateOne(repo, tracked, options, context))
    } catch (error) {
      if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'usage') throw error
      failed.push({ name: nameOf(repo, tracked.path), error })
    }
  }
  return {
    updated,
    failed,
    git: tellGit(
      repo,
      updated.flatMap(({ changed }) => changed),
    ),
  }
}

const isImport = ({ pointer }: TrackedOutput): boolean => sourceOf(pointer) !== undefined

async function updateOne(repo: Repo, tracked: TrackedOutput, options: Options, context: Context): Promise<Updated> {
  const { rev, jobs, dryRun, force, toRemote, remote } = options
  const noDownload = options.download === false
  const source = sourceOf(tracked.pointer)
  if (source?.repo === undefined) return await updateUrl(repo, tracked, { rev, noDownload, toRemote, remote, jobs, force, dryRun }, context)
  const name = nameOf(repo, tracked.path)
  if (toRemote)
    throw new DvError('bad-target', `'${name}' cannot be updated with --to-remote: data imported from a repository stays with its source`)
  try {
    return await updateRepository(repo, { tracked, source }, { rev, noDownload, jobs, dryRun, force }, context)
  } catch (error) {
    throw toldOfSource(error, { source, name })
  }
}

/** As dvc/repo/update.py. */
function refuseMixed({ toRemote, download, remote }: Options): void {
  if (toRemote && download === false) throw new DvError('bad-target', "--to-remote can't be used with --no-download")
  if (!toRemote && remote !== undefined)
    throw new DvError('bad-target', "--remote can't be used without --to-remote", { hint: 'dv update --to-remote -r <name> <targets>' })
}

/** DVC only warns, too. */
function tellNoImport(repo: Repo, { path }: TrackedOutput, { rev }: Options, context: Context): void {
  const name = nameOf(repo, path)
  if (rev !== undefined) throw new DvError('bad-target', `'${name}' was not imported: --rev means nothing for it`)
  context.report({ type: 'warning', message: `'${name}' was not imported: there is no source to update it from`, hint: `dv add ${name}` })
}
