/** dv import-url: data from a bucket, a web server or a disk, and a pointer that remembers where it came from. */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { isUrl } from '../repo/source-place.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag } from './command.ts'
import { withUrlSource } from './found-source.ts'
import { fsConfigFlag, readFsConfig } from './fs-config.ts'
import { type ImportPlan, planImport } from './import-plan.ts'
import { freshImport, type Imported } from './import-pointer.ts'
import { asBadTarget } from './outside-source.ts'
import { nameOf } from './place.ts'
import { recordImport } from './record-import.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options {
  readonly url: string
  readonly out?: string
  readonly toRemote?: boolean
  readonly remote?: string
  readonly exec?: boolean
  readonly download?: boolean
  readonly jobs?: number
  readonly force?: boolean
  readonly versionAware?: boolean
  readonly fsConfig?: readonly string[]
  readonly dryRun?: boolean
}

interface Result extends ToldToGit {
  /** relative to the working folder */
  readonly name: string
  readonly pointer: string
  /** without credentials */
  readonly from: string
  readonly state: 'imported' | 'sent' | 'noted' | 'planned'
  /** bytes */
  readonly size?: number
  readonly fileCount?: number
  /** files without a copy anywhere that --force replaced */
  readonly lost: readonly string[]
}

export const importUrl: Command<Options, Result> = {
  name: 'import-url',
  summary: 'Take data from a URL, and remember where it came from',
  details:
    'Fetches a file or folder and tracks it. NAME.dvc remembers the place, so that `dv update NAME.dvc` takes what changed there.\nPlaces: s3://bucket/path, http://… and https://… (one file), remote://name/path with the options of that remote, folders of this machine.\nEvery file is hashed while it arrives; one that is written to meanwhile is noticed.',
  arguments: [
    { name: 'url', summary: 'where the data is' },
    { name: 'out', optional: true, summary: 'where it goes; by default its own name, here' },
  ],
  flags: [
    { name: 'to-remote', summary: 'send the data straight to the remote, and keep no copy here' },
    { name: 'remote', short: 'r', value: 'name', summary: 'with --to-remote: the remote to use instead of the default one' },
    { name: 'no-exec', summary: 'write the pointer only, without looking at the place' },
    { name: 'no-download', summary: 'write the pointer with what the place says of the data, and fetch nothing' },
    jobsFlag,
    { name: 'force', short: 'f', summary: 'replace what is there' },
    {
      name: 'version-aware',
      summary: 'note the version of every file, and get those from the bucket again; implied by ?versionId= in the URL',
    },
    fsConfigFlag,
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv import-url s3://lab/photos/2026', what: 'a folder of a bucket, as 2026' },
    { line: 'dv import-url https://data.example/cats.zip raw/cats.zip', what: 'a file of the web' },
    { line: 'dv import-url --to-remote s3://archive/big', what: 'from one bucket to ours; `dv pull big` fetches it' },
    { line: 'dv import-url remote://archive/2026/june june', what: 'with the options of the remote `archive`' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is nothing at the URL, or it cannot be read; nothing was changed' }],
  run: (options, context) => withRepo(context, repo => asBadTarget(() => importFrom(repo, options, context))),
  render: renderImported,
}

async function importFrom(repo: Repo, options: Options, context: Context): Promise<Result> {
  refuseMixed(options)
  const { url, versionId } = splitVersion(options.url)
  const plan = planImport(repo, { from: url, out: options.out, force: options.force })
  const path = pathFrom(dirname(plan.path), url, repo)
  const isAware = options.versionAware === true || versionId !== undefined
  const fsConfig = { ...readFsConfig(options.fsConfig), ...(isAware ? { version_aware: true } : {}) }
  const remote = options.toRemote ? await repo.remote(options.remote) : undefined
  const about = { name: nameOf(repo, plan.path), pointer: nameOf(repo, plan.pointerFile), from: url }
  const request = { path, folder: dirname(plan.path), options: fsConfig, to: plan.path, versionId, jobs: options.jobs }
  if (options.exec === false) {
    const source = { hash: 'md5', path, ...(Object.keys(fsConfig).length > 0 ? { fs_config: fsConfig } : {}) }
    if (options.dryRun) return { ...about, state: 'planned', lost: [], ...tellGit(repo, [], { stages: false }) }
    return finish(repo, { plan, about, state: 'noted', imported: { source, content: undefined, hasChecksum: false } }, options, context)
  }
  return withUrlSource(repo, request, context, async found => {
    if (found === undefined) throw new DvError('bad-target', `'${url}' does not exist`)
    const from = found.label
    if (options.dryRun) return { ...about, from, state: 'planned', lost: [], ...tellGit(repo, [], { stages: false }) }
    const content = remote ? await found.send(remote) : options.download === false ? undefined : await found.save()
    const source = await found.describe()
    const imported = { source, content, ...(isAware && !remote ? { pushed: false } : {}) }
    const state = remote ? 'sent' : content ? 'imported' : 'noted'
    return finish(repo, { plan, about: { ...about, from }, state, imported }, options, context)
  })
}

interface Finding {
  readonly plan: ImportPlan
  readonly about: Pick<Result, 'name' | 'pointer' | 'from'>
  readonly state: Result['state']
  readonly imported: Imported
}

async function finish(repo: Repo, { plan, about, state, imported }: Finding, options: Options, context: Context): Promise<Result> {
  const name = plan.path.slice(dirname(plan.path).length + 1)
  const pointer = freshImport(name, plan.before?.pointer, imported)
  const record = { plan, pointer, force: options.force === true, isElsewhere: state === 'sent' }
  const { changed, checkedOut } = await recordImport(repo, record, context)
  const { size, fileCount } = imported.content ?? {}
  return {
    ...about,
    state,
    ...(size === undefined ? {} : { size }),
    ...(fileCount === undefined ? {} : { fileCount }),
    lost: checkedOut?.lost ?? [],
    ...tellGit(repo, changed),
  }
}

/** As dvc/repo/imp_url.py. */
function refuseMixed(options: Options): void {
  if (options.exec === false && options.download === false) throw new DvError('usage', '--no-exec and --no-download do not go together')
  if (options.toRemote && (options.exec === false || options.download === false || options.versionAware))
    throw new DvError('bad-target', '--no-exec/--no-download/--version-aware cannot be combined with --to-remote')
  if (options.remote !== undefined && !options.toRemote)
    throw new DvError('bad-target', "--remote can't be used without --to-remote", {
      hint: 'dv import-url --to-remote --remote <name> <url>',
    })
}

/** DVC 3.67 fetches the newest version of such a URL, and its pointer then breaks every later command; here the version gets its own key. */
function splitVersion(typed: string): { url: string; versionId: string | undefined } {
  const [, url = typed, versionId] = /^(s3:\/\/.*)\?versionId=([^&]+)$/is.exec(typed) ?? []
  return { url, versionId }
}

/** A path is meant from the folder of the pointer; absolute ones outside of the repository stay so. */
function pathFrom(folder: string, typed: string, repo: Repo): string {
  if (isUrl(typed)) return typed
  const absolute = resolve(repo.cwd, typed)
  const isInside = absolute.startsWith(`${repo.root}${sep}`)
  return isAbsolute(typed) && !isInside ? typed : relative(folder, absolute)
}

function renderImported(result: Result): string {
  const { name, pointer, from, state, size, fileCount, lost } = result
  const what = [
    ...(fileCount === undefined ? [] : [formatCount(fileCount, 'file')]),
    ...(size === undefined ? [] : [formatBytes(size)]),
    { imported: 'imported', sent: 'sent to the remote', noted: 'noted, nothing fetched', planned: `to be tracked by ${pointer}` }[state],
  ]
  const lines = [`${from} -> ${name}: ${what.join(', ')}`, ...lost.map(file => `replaced, without a copy anywhere: ${file}`)]
  return `${lines.map(line => `${line}\n`).join('')}${renderGitHint(result)}`
}
