/** dv get-url: files from a URL, without tracking them. */
import { lstatSync, statSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag } from './command.ts'
import { downloadSource } from './download-source.ts'
import { fsConfigFlag } from './fs-config.ts'
import { pathOf } from './import-plan.ts'
import { asBadTarget, type TypedSource, withTypedUrl } from './outside-source.ts'
import { surveySource } from './survey-source.ts'

interface Options extends TypedSource {
  readonly out?: string
  readonly jobs?: number
  readonly force?: boolean
  readonly dryRun?: boolean
}

interface Result {
  /** as the user would name it */
  readonly out: string
  readonly files: number
  readonly bytes: number
  readonly dryRun: boolean
}

export const getUrl: Command<Options, Result> = {
  name: 'get-url',
  summary: 'Download a file or folder from a URL, without tracking it',
  details:
    'Places: s3://bucket/path, http://… and https://… (one file), remote://name/path, folders of this machine. Works outside of a repository, too.\nNothing has its final name before it is whole.',
  arguments: [
    { name: 'url', summary: 'where the data is' },
    { name: 'out', optional: true, summary: 'where it goes; by default its own name, here' },
  ],
  flags: [jobsFlag, { name: 'force', short: 'f', summary: 'replace files that are there' }, fsConfigFlag, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv get-url s3://lab/photos/2026', what: 'a folder of a bucket' },
    { line: 'dv get-url https://data.example/cats.zip /tmp', what: 'a file of the web, into /tmp' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is nothing at the URL, it cannot be read, or something is in the way' }],
  run: (options, context) => asBadTarget(() => getFrom(options, context)),
  render: ({ out, files, bytes, dryRun }) =>
    `${out}: ${formatCount(files, 'file')}, ${formatBytes(bytes)}${dryRun ? ' to download' : ''}\n`,
}

async function getFrom(options: Options, context: Context): Promise<Result> {
  const out = placeFor(options, context.cwd)
  const path = resolve(context.cwd, out)
  if (!options.force && lstatSync(path, { throwIfNoEntry: false }))
    throw new DvError('bad-target', `the file '${out}' already exists locally`, {
      hint: 'choose another place, or replace it with --force',
    })
  return withTypedUrl(options, context, async source => {
    const survey = await surveySource(source, undefined, context)
    if (survey === undefined) throw new DvError('bad-target', `the path '${options.url}' does not exist`)
    const planned = { out, files: survey.files.length, bytes: survey.files.reduce((sum, { size = 0 }) => sum + size, 0) }
    if (options.dryRun) return { ...planned, dryRun: true }
    const bytes = await downloadSource({ source, survey, to: path, jobs: options.jobs }, context)
    return { ...planned, bytes, dryRun: false }
  })
}

/** dvc/utils, `resolve_output`: a folder that is there means a place in it. */
function placeFor({ url, out }: Options, cwd: string): string {
  const name = posix.basename(posix.normalize(pathOf(url)))
  const isFolder = out !== undefined && statSync(resolve(cwd, out), { throwIfNoEntry: false })?.isDirectory()
  if (out !== undefined && !isFolder) return out
  if (name === '' || name === '.' || name === '..')
    throw new DvError('bad-target', `'${url}' has no name for the data to get here`, { hint: `dv get-url ${url} <name>` })
  return out === undefined ? name : join(out, name)
}
