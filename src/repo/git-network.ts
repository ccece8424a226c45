/** A call of git that talks to a server: it may last, can be stopped, asks nobody anything, and runs nothing but its transports. */
import { spawn } from 'node:child_process'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { gitEnvironment, gitStartError } from './git-run.ts'
import { withoutSecrets } from './source-address.ts'

export interface NetworkCall {
  readonly url: string
  /** the bare repository to fetch into */
  readonly folder?: string
  readonly input?: string
}

export interface NetworkAnswer {
  readonly status: number
  readonly output: string
  readonly errors: string
}

/** Seconds without a byte after which git gives up. */
const silenceSeconds = 60

/**
 * The address is git's remote `origin` for this call only, by the environment: neither a list of processes nor a file shows a password
 * in it. Without the setting in the file, what a partial clone lacks is reported as missing instead of fetched one by one.
 */
export function runGitOnNetwork(args: readonly string[], { url, folder, input }: NetworkCall, context: Context): Promise<NetworkAnswer> {
  throwIfAborted(context.signal)
  const settings: readonly (readonly [string, string])[] = [
    ['remote.origin.url', url],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialclonefilter', 'blob:none'],
    ['core.hooksPath', '/dev/null'],
    ['fetch.recurseSubmodules', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(silenceSeconds)],
  ]
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: folder ?? '/',
      env: networkEnvironment(context.env, folder, settings),
      signal: context.signal,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const output: Buffer[] = []
    const errors: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    child.stdin.on('error', () => undefined) // it ended before it read: its status tells more
    child.stdin.end(input ?? '')
    child.on('error', error => reject(context.signal.aborted ? stopped() : gitStartError(error, `git ${args[0]}`)))
    child.on('close', status =>
      context.signal.aborted
        ? reject(stopped())
        : resolve({ status: status ?? -1, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
    )
  })
}

const stopped = (): DvError => new DvError('interrupted', 'stopped before the end', { hint: 'the same command goes on where it stopped' })

/** Variables that say which repository is meant: in a hook they name the one that git is busy with. */
export const variablesOfRepository: readonly string[] = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
]

/** A bare repository has to be named where `safe.bareRepository` is `explicit`. */
export function environmentAt(env: Context['env'], folder: string | undefined): Context['env'] {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !variablesOfRepository.includes(name)))
  return folder === undefined ? own : { ...own, GIT_DIR: folder }
}

function networkEnvironment(
  env: Context['env'],
  folder: string | undefined,
  settings: readonly (readonly [string, string])[],
): NodeJS.ProcessEnv {
  const first = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0
  const asksNobody = env['GIT_SSH_COMMAND'] === undefined && env['GIT_SSH'] === undefined
  return {
    ...gitEnvironment(environmentAt(env, folder)),
    GIT_ALLOW_PROTOCOL: env['GIT_ALLOW_PROTOCOL'] ?? 'https:http:ssh:git:file',
    GIT_TERMINAL_PROMPT: '0',
    ...(asksNobody ? { GIT_SSH_COMMAND: `ssh -o BatchMode=yes -o ConnectTimeout=${silenceSeconds}` } : {}),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${first + at}`, key],
        [`GIT_CONFIG_VALUE_${first + at}`, value],
      ]),
    ),
    GIT_CONFIG_COUNT: String(first + settings.length),
  }
}

/** What a server's refusal means. */
export function networkError({ errors }: NetworkAnswer, url: string): DvError {
  const label = withoutSecrets(url)
  const words = errors
    .replaceAll(url, label)
    .trim()
    .replace(/^(?:fatal|error|remote): /gm, '')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('warning:'))
    .join('; ')
  if (/could not read (?:Username|Password)|Authentication failed|Permission denied|terminal prompts disabled|access denied/i.test(errors))
    return new DvError('access-denied', `${label} does not let you in: ${words}`, {
      hint: `git ls-remote ${label}   # asks for a password, which a credential helper keeps; for a key: ssh-add`,
    })
  if (/Could not resolve host|Connection (?:refused|timed out|reset)|Operation too slow|unable to access|timed out/i.test(errors))
    return new DvError('store-unavailable', `${label} cannot be reached: ${words}`, { hint: `git ls-remote ${label}` })
  return new DvError('git-failed', `${label} cannot be opened as a git repository: ${words === '' ? 'git gave no reason' : words}`, {
    hint: `git ls-remote ${label}`,
  })
}
