/** dv check-ignore: which paths .dvcignore leaves out, and by which line. */
import { basename, relative, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import type { IgnoreExplanation } from '../workspace/ignore.ts'
import { type Command, jsonFlag } from './command.ts'

interface Options {
  readonly targets?: readonly string[]
  readonly details?: boolean
  readonly nonMatching?: boolean
  readonly all?: boolean
  readonly stdin?: boolean
  readonly quiet?: boolean
}

interface Checked {
  /** as typed */
  readonly path: string
  readonly ignored: boolean
  /** `.dvcignore:4:*.log`; null when no line speaks of it */
  readonly pattern: string | null
}

export const checkIgnore: Command<Options, readonly Checked[]> = {
  name: 'check-ignore',
  summary: 'Show which paths .dvcignore leaves out',
  details: 'The paths need not exist. With --details also those are shown that a pattern with ! lets in.',
  arguments: [{ name: 'targets', many: true, optional: true, summary: 'files and folders' }],
  flags: [
    { name: 'details', short: 'd', summary: 'show file, line and pattern' },
    { name: 'non-matching', short: 'n', summary: 'with --details: show also the paths that no pattern matches' },
    { name: 'all', short: 'a', summary: 'with --details: as DVC has it; only one pattern decides' },
    { name: 'stdin', summary: 'read the paths from stdin, one a line, up to an empty line' },
    jsonFlag,
  ],
  examples: [
    { line: 'dv check-ignore -d data/tmp/x.log', what: 'why is this file not tracked?' },
    { line: 'find data -type f | dv check-ignore --stdin', what: 'all files that are left out' },
  ],
  failureStatus: 255,
  exits: [{ status: 1, what: 'no path is left out; with --details, no pattern matches one' }],
  run: async (options, context) => {
    const words = wordsThatClash(options)
    if (words !== undefined) throw new DvError('bad-target', words, { hint: 'dv check-ignore --help' })
    const targets = options.stdin ? await linesOf(context) : (options.targets ?? [])
    return withRepo(context, async repo => targets.map(target => check(repo, target)))
  },
  render: (checked, { details, nonMatching }) =>
    checked
      .filter(({ ignored, pattern }) => (details ? pattern !== null || nonMatching : ignored))
      .map(({ path, pattern }) => (details ? `${pattern ?? '::'}\t${path}\n` : `${path}\n`))
      .join(''),
  exitStatus: (checked, { details }) => (checked.some(({ ignored, pattern }) => (details ? pattern !== null : ignored)) ? 0 : 1),
}

/** DVC's words. */
function wordsThatClash({ targets = [], details, nonMatching, all, stdin, quiet }: Options): string | undefined {
  if (!stdin && targets.length === 0) return '`targets` or `--stdin` needed'
  if (stdin && targets.length > 0) return 'cannot have both `targets` and `--stdin`'
  if (nonMatching && !details) return '`--non-matching` is only valid with `--details`'
  if (all && !details) return '`--all` is only valid with `--details`'
  return quiet && details ? 'cannot use both `--details` and `--quiet`' : undefined
}

async function linesOf({ lines }: Context): Promise<readonly string[]> {
  const found: string[] = []
  for await (const line of lines?.() ?? []) {
    if (line === '') break
    found.push(line)
  }
  return found
}

function check(repo: Repo, target: string): Checked {
  const path = relative(repo.root, pathInRepository(repo, target))
  const isOutside = path === '' || path === '..' || path.startsWith(`..${sep}`)
  const found = isOutside ? undefined : repo.ignore.explain(path.replaceAll(sep, '/'))
  return { path: target, ignored: found?.ignored === true, pattern: found ? shownPattern(found) : null }
}

/** DVC's form; what is always left out has no line. */
function shownPattern({ file, line, pattern }: IgnoreExplanation): string {
  if (line > 0) return `${file}:${line}:${pattern}`
  return pattern.startsWith('/') ? `in sub_repo:${basename(pattern)}` : `:${pattern}`
}
