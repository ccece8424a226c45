/** dv init: makes a git repository one that tracks data. Writes no more than DVC does. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { printConfigFile } from '../format/config-file.ts'
import { checkConfig } from '../format/settings.ts'
import { openGit } from '../repo/git.ts'
import { type Command, dryRunFlag } from './command.ts'

interface Options {
  readonly subdir?: boolean
  readonly scm?: boolean
  readonly force?: boolean
  readonly link?: string
  readonly dryRun?: boolean
}

interface Result {
  readonly root: string
  readonly withGit: boolean
  readonly keptCache: boolean
}

const dvcIgnoreText = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`
const gitIgnoreText = '/config.local\n/tmp\n/cache\n'

export const init: Command<Options, Result> = {
  name: 'init',
  summary: 'Make this git repository one that tracks data',
  details: 'Makes .dvc/config, .dvc/.gitignore and .dvcignore, and stages them. DVC and dv work in the same repository.',
  arguments: [],
  flags: [
    { name: 'no-scm', summary: 'without git' },
    { name: 'subdir', summary: 'here, below the root of the git repository' },
    { name: 'force', short: 'f', summary: 'start again: a new configuration; the cache, which holds data, is kept' },
    {
      name: 'link',
      value: 'types',
      summary: 'set cache.type, for example hardlink,copy: files are links into the cache, which saves space',
    },
    dryRunFlag,
  ],
  examples: [
    { line: 'dv init', what: 'at the root of a git repository' },
    { line: 'dv init --link hardlink,copy', what: 'no second copy of the data on this disk; files become read-only' },
  ],
  exits: [{ status: 1, what: 'there is no git here, or a .dvc already' }],
  run: async (options, context) => initialize(options, context),
  render: ({ withGit, keptCache, root }, { dryRun }) =>
    dryRun
      ? `${root} can be initialized; nothing was changed.\n`
      : `Initialized repository.\n${keptCache ? 'The cache in .dvc/cache was kept.\n' : ''}${withGit ? '\nNow: git commit -m "Initialize"\n' : ''}`,
}

function initialize(options: Options, context: Context): Result {
  const root = context.cwd
  const withGit = options.scm !== false
  if (!withGit && options.subdir) throw new DvError('init-failed', '--no-scm and --subdir do not go together')
  if (withGit) assertGit(root, options.subdir === true)
  const folder = join(root, '.dvc')
  if (existsSync(folder) && !options.force)
    throw new DvError('init-failed', `there is a .dvc in ${root} already`, { hint: 'dv init --force   for a new configuration' })
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new DvError('init-failed', `${folder} is a symbolic link: what it leads to may belong to another project`, {
      hint: `rm ${folder}`,
    })
  const config = configText(options, folder)
  const git = withGit ? openGit(gitRootAbove(root) ?? root, context.env) : undefined
  if (git?.isIgnored(`${folder}/`))
    throw new DvError('init-failed', `git ignores ${folder}, but its configuration has to be tracked`, {
      hint: "echo '!.dvc' >> .gitignore",
    })
  if (options.dryRun) return { root, withGit, keptCache: existsSync(join(folder, 'cache')) }
  const keptCache = clear(folder)
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  writeFileSync(join(folder, 'config'), config)
  if (withGit) writeFileSync(join(folder, '.gitignore'), gitIgnoreText)
  if (!existsSync(join(root, '.dvcignore'))) writeFileSync(join(root, '.dvcignore'), dvcIgnoreText)
  writeFileSync(join(folder, 'tmp', 'btime'), '')
  git?.stage([join(folder, '.gitignore'), join(folder, 'config'), join(root, '.dvcignore')])
  return { root, withGit, keptCache }
}

/** @throws DvError 'bad-config' for link types that do not exist, before anything is written */
function configText({ scm, link }: Options, folder: string): string {
  const config = [
    ...(scm === false ? [{ section: 'core', values: [['no_scm', 'True']] as const }] : []),
    ...(link === undefined ? [] : [{ section: 'cache', values: [['type', link]] as const }]),
  ]
  checkConfig(config, join(folder, 'config'))
  return printConfigFile(config)
}

function assertGit(root: string, isBelow: boolean): void {
  const git = gitRootAbove(root)
  if (git === root || (git !== undefined && isBelow)) return
  if (git !== undefined)
    throw new DvError('init-failed', `${root} is not the root of its git repository, ${git} is`, {
      hint: `dv init --subdir   to have it here, or cd ${relative(root, git)} && dv init`,
    })
  throw new DvError('init-failed', `${root} is not in a git repository`, { hint: 'git init   first, or dv init --no-scm' })
}

function gitRootAbove(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  return dirname(folder) === folder ? undefined : gitRootAbove(dirname(folder))
}

/** Everything of an earlier `.dvc` goes but the cache: it may hold the only copy of somebody's data. */
function clear(folder: string): boolean {
  if (!existsSync(folder)) return false
  for (const name of readdirSync(folder)) if (name !== 'cache') rmSync(join(folder, name), { recursive: true, force: true })
  return existsSync(join(folder, 'cache'))
}
