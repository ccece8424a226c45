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
  write(path: string, bytes: string | Uint8Array): void
  remove(): void
}

export const repository = fileURLToPath(new URL('..', import.meta.url))
export const dvProgram = join(repository, 'bin', 'dv.js')

export function openLab(environment: Readonly<Record<string, string>> = {}): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'dv-lab-'))
  const path = (...parts: string[]): string => join(folder, ...parts)
  const env = { ...environmentIn(folder), ...environment }
  furnish(folder)

  const run: Lab['run'] = async (program, args, options = {}) => {
    const result = await execa(program, args, {
      cwd: path(options.at ?? '.'),
      env: { ...env, ...options.env },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      timeout: options.timeout ?? 120_000,
      ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    })
    const ran = { exit: result.exitCode ?? 128 + signalNumber(result.signal), stdout: result.stdout, stderr: result.stderr }
    const expected = options.exit ?? 0
    if (expected !== 'any' && ran.exit !== expected) throw new Error(told([program, ...args].join(' '), ran, expected))
    return ran
  }
  return {
    folder,
    env,
    path,
    run,
    type: (line, options) => run('sh', ['-ec', line], options),
    write: (name, bytes) => {
      mkdirSync(join(path(name), '..'), { recursive: true })
      writeFileSync(path(name), bytes)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
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

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }
const signalNumber = (name: string | undefined): number => (name === undefined ? 127 : (signalNumbers[name] ?? 0))

function told(command: string, ran: Ran, expected: number): string {
  return `\`${command}\` exited with ${ran.exit}, not ${expected}\n--- stdout\n${ran.stdout}\n--- stderr\n${ran.stderr}`
}
