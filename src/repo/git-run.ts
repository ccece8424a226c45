/** One call of the git binary, and what its failures mean. */
import { spawnSync } from 'node:child_process'
import { DvError, isSystemError } from '../base/error.ts'

export interface GitPlace {
  /** absolute; where git runs */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface GitCall {
  /** exit statuses that are answers rather than failures, default only 0 */
  readonly accept?: readonly number[]
  readonly input?: string
}

/** Output of one call may be the names of a million files. */
const maxOutputBytes = 1024 ** 3

/** English messages, since some are recognised; paths are names, never patterns; reading never takes git's index lock. */
export const gitEnvironment = (env: GitPlace['env']): NodeJS.ProcessEnv => ({
  ...env,
  LC_ALL: 'C',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_OPTIONAL_LOCKS: '0',
})

/** Runs to the end and returns what git printed. @throws DvError 'git-failed' */
export function runGit(place: GitPlace, args: readonly string[], call: GitCall = {}): { readonly status: number; readonly output: Buffer } {
  const run = spawnSync('git', args, {
    cwd: place.root,
    env: gitEnvironment(place.env),
    maxBuffer: maxOutputBytes,
    ...(call.input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] as const } : { input: call.input }),
  })
  const what = `git ${args.find(arg => !arg.startsWith('-'))}`
  if (run.error) throw gitStartError(run.error, what)
  const status = run.status ?? -1
  if (status !== 0 && !call.accept?.includes(status)) throw gitError(run.stderr.toString(), what)
  return { status, output: run.stdout }
}

export function gitStartError(error: Error, what: string): DvError {
  if (isSystemError(error, 'ENOENT')) {
    return new DvError('git-failed', 'git is needed, but there is no program "git" on the PATH', {
      hint: 'install git, or for a project without it: dv init --no-scm',
      cause: error,
    })
  }
  return new DvError('git-failed', `${what} could not be run: ${error.message}`, { cause: error })
}

/** From what git wrote to its stderr. */
export function gitError(stderr: string, what: string): DvError {
  const trustLine = /git config --global --add safe\.directory .+/.exec(stderr)?.[0]
  if (stderr.includes('dubious ownership') && trustLine) {
    const place = /dubious ownership in repository at '(.+)'/.exec(stderr)?.[1]
    return new DvError('git-failed', `git does not trust ${place ?? 'this repository'}, because it belongs to another user`, {
      hint: trustLine,
    })
  }
  const words = stderr.trim().replace(/^(fatal|error): /gm, '')
  return new DvError('git-failed', `${what} failed: ${words === '' ? 'it gave no reason' : words}`)
}
