/**
 * A lab of its own for one test: a temporary folder with a home, a git configuration and a DVC configuration that nobody else sees,
 * and `dv`, `dvc`, `s5cmd` on the PATH, so that a test types what a person types.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { peers } from './peers.ts'

export interface Ran {
  /** exit status; 128 + signal when killed by one, as a shell says it */
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** folder, relative to the lab's; default: the lab's own */
  readonly at?: string
  readonly env?: Readonly<Record<string, string>>
  /** what the exit status must be, default 0; 'any' to look at it oneself */
  readonly exit?: number | 'any'
  readonly input?: string
  /** ms, default two minutes; then it is killed and its status is 143 */
  readonly timeout?: number
}

export interface Lab {
  /** absolute path */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  path(...parts: string[]): string
  /** Types a line into `sh -e`. @throws Error with the whole output when the exit status is not the expected one */
  type(line: string, options?: RunOptions): Promise<Ran>
  /** Runs one program without a shell, for names that a shell would take apart. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>
  /** Starts a program and leaves it running. */
  start(program: string, args: readonly string[], options?: RunOptions): Running
  write(path: string, bytes: string | Uint8Array): void
  remove(): void
}

export interface Running {
  readonly pid: number
  /** what it has written to stderr so far */
  said(): string
  signal(name: 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void
  /** Resolves when it has ended, whatever its status. */
  readonly ended: Promise<Ran>
}

export const repository = fileURLToPath(new URL('..', import.meta.url))
export const dvProgram = join(repository, 'bin', 'dv.js')

export function openLab(environment: Readonly<Record<string, string>> = {}): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'dv-lab-'))
  const path = (...parts: string[]): string => join(folder, ...parts)
  const env = { ...environmentIn(folder), ...environment }
  furnish(folder)

  const settings = (options: RunOptions) => ({
    cwd: path(options.at ?? '.'),
    env: { ...env, ...options.env },
    extendEnv: false as const,
    reject: false as const,
    stripFinalNewline: false as const,
    timeout: options.timeout ?? 120_000,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  })
  const run: Lab['run'] = async (program, args, options = {}) => {
    const ran = ranOf(await execa(program, args, settings(options)))
    const expected = options.exit ?? 0
    if (expected !== 'any' && ran.exit !== expected) throw new Error(told([program, ...args].join(' '), ran, expected))
    return ran
  }
  const running = new Set<{ kill(signal: 'SIGKILL'): boolean }>()
  const start: Lab['start'] = (program, args, options = {}) => {
    const child = execa(program, args, settings(options))
    running.add(child)
    let said = ''
    child.stderr.on('data', chunk => {
      said += chunk
    })
    return { pid: child.pid ?? 0, said: () => said, signal: name => void child.kill(name), ended: child.then(ranOf) }
  }
  return {
    folder,
    env,
    path,
    run,
    start,
    type: (line, options) => run('sh', ['-ec', line], options),
    write: (name, bytes) => {
      mkdirSync(join(path(name), '..'), { recursive: true })
      writeFileSync(path(name), bytes)
    },
    remove: () => {
      for (const child of running) child.kill('SIGKILL') // does nothing to what has ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Everything that git, DVC, dv and the AWS tools would otherwise take from the user's own account. */
function environmentIn(folder: string): Record<string, string> {
  const who = { NAME: 'A Student', EMAIL: 'student@lab.example', DATE: '2026-01-02T03:04:05Z' }
  return {
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    HOME: join(folder, 'home'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    HUB: join(folder, 'hub'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap(role => Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value])),
    ),
    DVC_NO_ANALYTICS: '1',
    DVC_GLOBAL_CONFIG_DIR: join(folder, 'home', 'dvc'),
    DVC_SYSTEM_CONFIG_DIR: join(folder, 'home', 'dvc-system'),
    DVC_SITE_CACHE_DIR: join(folder, 'home', 'dvc-site'),
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

function furnish(folder: string): void {
  for (const name of ['bin', 'home/dvc', 'home/dvc-system', 'hub']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'home', '.gitconfig'), '[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n')
  writeFileSync(join(folder, 'home', 'dvc', 'config'), '[core]\n    check_update = false\n    analytics = false\n')
  // DV_E2E_PROGRAM=dvc tells the stories with dvc in dv's place: a look at whether a test asks for more than DVC does
  const dv = process.env.DV_E2E_PROGRAM === 'dvc' ? peers.dvc : `"${process.execPath}" "${dvProgram}"`
  const programs = { dv, dvc: peers.dvc, s5cmd: peers.s5cmd }
  for (const [name, command] of Object.entries(programs)) {
    if (command === null) continue
    const file = join(folder, 'bin', name)
    writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`)
    chmodSync(file, 0o755)
  }
}

interface Outcome {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly stdout: string
  readonly stderr: string
}
const ranOf = (result: Outcome): Ran => ({
  exit: result.exitCode ?? 128 + signalNumber(result.signal),
  stdout: result.stdout,
  stderr: result.stderr,
})

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }
const signalNumber = (name: string | undefined): number => (name === undefined ? 127 : (signalNumbers[name] ?? 0))

function told(command: string, ran: Ran, expected: number): string {
  return `\`${command}\` exited with ${ran.exit}, not ${expected}\n--- stdout\n${ran.stdout}\n--- stderr\n${ran.stderr}`
}
