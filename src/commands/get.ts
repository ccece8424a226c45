/** dv get: files and data sets of another repository, into a folder of one's own. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { objectPath } from '../format/object-path.ts'
import type { Source } from '../repo/source.ts'
import { chooseFiles, maxSizeFlag, parseSize, sampleFlags } from './choose-files.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag } from './command.ts'
import { downloadFiles } from './download-files.ts'
import { pathInSource, type SourceFlags, sourceFlags, withTypedSource } from './source-flags.ts'
import { openSourceView } from './source-view.ts'
import { renderProblems, type TransferReport } from './transfer-report.ts'
import { firstInTheWay, type Wanted, type WantedFile, wantedFiles } from './wanted-files.ts'

interface Options extends SourceFlags {
  readonly url: string
  readonly path: readonly string[]
  readonly out?: string
  readonly showUrl?: boolean
  readonly force?: boolean
  readonly jobs?: number
  readonly sample?: number
  readonly seed?: string
  readonly maxSize?: string
  readonly dryRun?: boolean
}

interface Result extends TransferReport {
  readonly files: number
  readonly label: string
  readonly dryRun: boolean
  /** with --show-url */
  readonly urls?: readonly string[]
}

export const get: Command<Options, Result> = {
  name: 'get',
  summary: 'Download files and data sets of a repository, here or at any address of git',
  details:
    'Asks the storage for exactly the files that were chosen, checks each while it arrives, and puts it in place when it is whole. Nothing is\ntracked here: for that there is `dv import`. A pattern goes in quotes; --sample takes the same files for everybody.\nWith --force files that are as they should be already are not downloaded again: so a download that was stopped goes on.',
  arguments: [
    { name: 'url', summary: 'the repository: an address of git, or a folder' },
    { name: 'path', many: true, summary: "files, folders, data sets, paths inside them, or patterns: 'cats/*.jpg'" },
  ],
  flags: [
    { name: 'out', short: 'o', value: 'path', summary: 'where to, default: the same name in this folder' },
    { name: 'show-url', summary: 'show where in the storage the data lies, and download nothing' },
    { name: 'force', short: 'f', summary: 'replace files that are in the way' },
    jobsFlag,
    ...sampleFlags,
    maxSizeFlag,
    ...sourceFlags,
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv get git@github.com:lab/datasets.git dog_and_cat', what: 'a data set, without cloning' },
    { line: "dv get . 'dog_and_cat/cats/*.jpg' -o cats --rev v1", what: 'some files of a tagged version of this repository' },
    { line: 'dv get https://github.com/lab/datasets dog_and_cat --sample 100', what: 'a hundred of its files' },
  ],
  exits: [
    { status: 1, what: 'something is in the way, or some files could not be had; the rest is here' },
    { status: 255, what: 'there is no such path' },
  ],
  run: (options, context) => withTypedSource(options.url, options, { context, use: source => getFrom(source, options, context) }),
  render: ({ urls, files, moved, bytes, dryRun }) => {
    if (urls) return urls.map(url => `${url}\n`).join('')
    if (dryRun) return `${formatCount(files, 'file')} to download\n`
    return `${formatCount(moved, 'file')} (${formatBytes(bytes)})\n`
  },
  problems: result => renderProblems(result, { verb: 'downloaded', remotes: [result.label] }),
  json: ({ label: _, ...result }) => result.urls ?? result,
  exitStatus: ({ failed, absent }) => (failed.length + absent.length > 0 ? 1 : 0),
}

async function getFrom(source: Source, options: Options, context: Context): Promise<Result> {
  const none = { moved: 0, bytes: 0, failed: [], absent: [], files: 0, label: source.label, dryRun: options.dryRun === true }
  if (options.showUrl) return { ...none, urls: await urlsOf(source, options.path, context) }
  context.report({ type: 'phase', name: 'Collecting' })
  const view = openSourceView(source)
  const wanted = await wantedFiles(
    source,
    view,
    { paths: options.path, ...(options.out === undefined ? {} : { out: options.out }) },
    context,
  )
  const files = chooseFiles(await belowSize(source, wanted.files, options.maxSize), options)
  const chosen: Wanted = { ...wanted, files }
  if (!options.force) refuseOverwriting(chosen, context)
  if (options.dryRun) return { ...none, files: files.length }
  return { ...none, files: files.length, ...(await downloadFiles(source, chosen, options, context)) }
}

function refuseOverwriting(wanted: Wanted, context: Context): void {
  const found = firstInTheWay(wanted, context)
  if (found === undefined) return
  throw new DvError('bad-target', `The ${found.isFolder ? 'directory' : 'file'} '${found.name}' already exists locally`, {
    hint: 'the same command with --force to replace files of the same names, or --out to get it elsewhere',
  })
}

/** As DVC's fetch has it, a data set counts as a whole. What has no known size is taken. */
async function belowSize(source: Source, files: readonly WantedFile[], typed: string | undefined): Promise<readonly WantedFile[]> {
  if (typed === undefined) return files
  const limit = parseSize(typed)
  const sizes = await source.files.sizes(files.flatMap(({ entry: { file, output } }) => (file && !output ? [file] : [])))
  return files.filter(({ path, entry: { output } }) => (output?.tracked.output.size ?? sizes.get(path) ?? 0) < limit)
}

async function urlsOf(source: Source, paths: readonly string[], context: Context): Promise<readonly string[]> {
  const view = openSourceView(source)
  const urls: string[] = []
  for (const typed of paths) {
    const entry = await view.find(pathInSource(source, typed, context))
    const { repo } = await source.project(entry?.path ?? '')
    if (repo === undefined || entry?.output === undefined || entry.id === undefined)
      throw new DvError('unknown-target', `'${typed}' is not tracked data of ${source.label}, so that no storage has it`, {
        hint: `dv ls --dvc-only ${source.label}`,
      })
    const { remote, hash } = entry.output.tracked.output
    urls.push(`${(await repo.remote(remote)).url.replace(/\/+$/, '')}/${objectPath(entry.id, hash)}`)
  }
  return urls
}
