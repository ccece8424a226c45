/** dv import: data of another repository, with a pointer that knows where it came from. */
import { basename } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { Dependency } from '../format/dependency.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag } from './command.ts'
import { planImport } from './import-plan.ts'
import { freshImport } from './import-pointer.ts'
import { importedFrom } from './import-repository.ts'
import { nameOf } from './place.ts'
import { recordImport } from './record-import.ts'
import { repositoryGiven, type SourceWishes } from './source-wishes.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options extends SourceWishes {
  readonly path: string
  readonly out?: string
  readonly force?: boolean
  readonly exec?: boolean
  readonly download?: boolean
  readonly jobs?: number
  readonly dryRun?: boolean
}

interface Result {
  /** relative to the working folder */
  readonly name: string
  readonly pointer: string
  readonly source: Dependency
  /** files; undefined: nothing was downloaded */
  readonly files: number | undefined
  /** bytes */
  readonly size: number | undefined
  /** what --force gave up */
  readonly lost: readonly string[]
  readonly git: ToldToGit
}

export const importCommand: Command<Options, Result> = {
  name: 'import',
  summary: 'Import data of another DVC or git repository, and remember where it came from',
  details:
    'Takes a data set, a part of one, or files of git at one commit, puts them into the cache and the work tree, and writes a pointer that\nnames repository and commit. The data is never sent to the remote of this repository: a pull takes it from its source again.\n`dv update` brings a newer state; `dv get` takes data without remembering where it came from.',
  arguments: [
    { name: 'url', summary: 'address of a git repository, or a folder' },
    { name: 'path', summary: 'of a file or folder in it' },
  ],
  flags: [
    { name: 'out', short: 'o', value: 'path', summary: 'where it goes; by default its own name, here' },
    { name: 'force', short: 'f', summary: 'replace what is there' },
    { name: 'rev', value: 'commit', summary: 'a branch, tag or commit; by default the newest commit' },
    { name: 'no-exec', summary: 'write the pointer only, and ask nobody' },
    { name: 'no-download', summary: 'write the pointer with the commit, without data; `dv update` or `dv pull` brings it' },
    jobsFlag,
    { name: 'config', value: 'file', summary: 'settings that are stronger than those of the source' },
    { name: 'remote', value: 'name', summary: 'the remote of the source to take the data from' },
    { name: 'remote-config', value: 'name=value', many: true, summary: 'settings for that remote' },
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv import https://git.example/registry images/cats', what: 'a folder of a data set, as it is now' },
    { line: 'dv import --rev v2 git@host:lab/registry model.bin -o models/base.bin', what: 'of a tag, to another place' },
    { line: 'dv update cats.dvc', what: 'later: the newest state' },
  ],
  exits: [
    { status: 1, what: 'the source or the place here cannot be used, or some data could not be had; nothing was changed' },
    { status: 255, what: 'the source has no such path, or files would be lost' },
  ],
  run: (options, context) => withRepo(context, repo => importData(repo, options, context)),
  render: result => {
    const { name, pointer, source, files, size, lost, git } = result
    const what =
      files === undefined
        ? `to be had by dv update ${pointer}`
        : `${[formatCount(files, 'file'), ...(size === undefined ? [] : [formatBytes(size)])].join(', ')}`
    const at = source.repo?.rev_lock === undefined ? '' : ` at ${source.repo.rev_lock.slice(0, shownDigits)}`
    return `${name}: ${what}, from ${source.path} of ${source.repo?.url}${at}\n${lost.map(path => `lost    ${path}\n`).join('')}${renderGitHint(git)}`
  },
}

/** As many as git shows by default. */
const shownDigits = 7

async function importData(repo: Repo, options: Options, context: Context): Promise<Result> {
  if (options.exec === false && options.download === false)
    throw new DvError('usage', 'argument --no-download: not allowed with argument --no-exec')
  const repository = repositoryGiven(options)
  const plan = planImport(repo, { from: options.path, out: options.out, force: options.force })
  const bare: Dependency = { path: options.path, repo: repository }
  const mode = options.download === false ? 'commit' : options.dryRun ? 'look' : 'all'
  const ask = {
    source: bare,
    pointerFile: plan.pointerFile,
    rev: repository.rev ?? 'HEAD',
    mode,
    isTyped: true,
    jobs: options.jobs,
  } as const
  const isBlind = options.exec === false
  const { source, content, files } = isBlind
    ? { source: bare, content: undefined, files: undefined }
    : await importedFrom(repo, ask, context)
  const result = { name: nameOf(repo, plan.path), pointer: nameOf(repo, plan.pointerFile), source, files, size: content?.size }
  if (options.dryRun) return { ...result, lost: [], git: tellGit(repo, []) }
  const pointer = freshImport(basename(plan.path), plan.before?.pointer, { source, content, hasChecksum: !isBlind })
  const record = { plan, pointer, force: options.force === true, dropsData: options.download === false }
  const { changed, lost } = await recordImport(repo, record, context)
  return { ...result, lost, git: tellGit(repo, changed) }
}
