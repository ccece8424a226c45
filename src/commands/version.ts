/** dv version, dv doctor: the version, and what dv finds on this machine. Asks no network. */
import { lstatSync, mkdirSync } from 'node:fs'
import { arch, platform, release } from 'node:os'
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { version as dvVersion } from '../base/version.ts'
import { runGit } from '../repo/git-run.ts'
import { type Repo, stateFolder, withRepo } from '../repo/open.ts'
import { resolveRemote } from '../repo/remote.ts'
import { withoutSecrets } from '../repo/source-address.ts'
import type { LinkKind } from '../workspace/link.ts'
import { usableLinks } from '../workspace/usable-links.ts'
import { type Command, jsonFlag } from './command.ts'
import { passingPlaceOf } from './place.ts'

type Result = readonly (readonly [what: string, value: string])[]

export const version: Command<object, Result> = {
  name: 'version',
  summary: 'Show the version, and what dv finds on this machine',
  details:
    'What to put into a report of a problem: versions, where the configuration is read, where the cache lies and which kinds of link work\nbetween it and the work tree (each is tried on an empty file), and the remotes. Asks no network and names no secrets.',
  arguments: [],
  flags: [jsonFlag],
  examples: [
    { line: 'dv --version', what: 'the number alone' },
    { line: 'dv doctor', what: 'with machine and repository' },
  ],
  run: async (_options, context) => [
    ['dv', dvVersion],
    ['node', process.version],
    ['git', gitVersion(context)],
    ['system', `${platform()} ${release()} ${arch()}`],
    ...(await repositoryRows(context)),
  ],
  render: rows => rows.map(([what, value]) => `${`${what}:`.padEnd(14)}${value}\n`).join(''),
  json: rows => Object.fromEntries(rows),
}

function gitVersion({ cwd, env }: Context): string {
  try {
    const said = runGit({ root: cwd, env }, ['version']).output.toString().trim()
    return said.replace(/^git version /, '')
  } catch (error) {
    if (error instanceof DvError && error.code === 'git-failed') return error.message
    throw error
  }
}

async function repositoryRows(context: Context): Promise<Result> {
  try {
    return await withRepo(context, async repo => [
      ['repository', repo.root],
      ['under git', repo.gitRoot ?? 'no'],
      ['config', repo.config.levels.map(({ level, file }) => `${file} (${level})`).join(', ') || 'none'],
      ['cache', repo.cache('md5').folder],
      ['cache types', `${repo.links.join(', ')} (${repo.config.get('cache', 'type') === undefined ? 'default' : 'cache.type'})`],
      ['links', linksThatWork(repo)],
      ['remotes', remotesOf(repo)],
    ])
  } catch (error) {
    if (error instanceof DvError && error.code === 'not-a-repo') return [['repository', 'none here']]
    throw error
  }
}

const tried: readonly LinkKind[] = ['reflink', 'hardlink', 'symlink', 'copy']

/** From the cache to where dv keeps its state, which lies beside the work tree. */
function linksThatWork(repo: Repo): string {
  const cache = repo.cache('md5')
  if (!lstatSync(cache.folder, { throwIfNoEntry: false })) return 'not tried: nothing is in the cache yet'
  const folder = stateFolder(repo.root)
  try {
    mkdirSync(folder, { recursive: true })
    const place = passingPlaceOf(repo, folder)
    const working = tried.filter(kind => usableLinks([kind], { place, isFolder: true, cache })[0] === kind)
    return `${working.join(', ')} work between cache and ${relative(repo.root, folder)}`
  } catch (error) {
    const isRefused = isSystemError(error, 'EACCES', 'EPERM', 'EROFS') || (error instanceof DvError && error.code === 'access-denied')
    if (isRefused) return 'not tried: cache or repository may not be written by you'
    throw error
  }
}

function remotesOf(repo: Repo): string {
  const preferred = repo.config.get('core', 'remote')?.toLowerCase()
  const shown = repo.config.remotes().map(name => `${name}${name === preferred ? ' (default)' : ''}: ${placeOfRemote(repo, name)}`)
  return shown.join(', ') || 'none'
}

/** Its kind and where it is. */
function placeOfRemote(repo: Repo, name: string): string {
  try {
    const url = withoutSecrets(resolveRemote(name, repo.config, repo.root).url)
    return /^\w[\w+.-]+:\/\//.test(url) ? url : `folder ${url}`
  } catch (error) {
    if (error instanceof DvError && (error.code === 'bad-config' || error.code === 'no-remote')) return error.message
    throw error
  }
}
