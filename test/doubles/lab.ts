/** A repository of one's own for a test: real git in a temporary folder, and dv called as a person calls it, in this process. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCli } from '../../src/cli/run-cli.ts'

export interface Said {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export interface Lab {
  /** the repository */
  readonly root: string
  /** the folder around it: remotes and clones have room there */
  readonly outside: string
  dv(...words: readonly string[]): Promise<Said>
  /** the same from another folder */
  dvIn(folder: string, ...words: readonly string[]): Promise<Said>
  git(...words: readonly string[]): string
  write(path: string, content: string | Uint8Array): void
  read(path: string): string
  has(path: string): boolean
  /** relative paths of all files below a folder of the repository, sorted; [] when there is none */
  files(folder: string): readonly string[]
  close(): void
}

export interface LabOptions {
  /** a `dv init` and a folder remote `stor` as the default */
  readonly ready?: boolean
  readonly env?: Readonly<Record<string, string>>
  /** somebody sits at the terminal, and types this line to each question */
  readonly answer?: (question: string) => string | undefined
  /** what each call of dv finds on its stdin */
  readonly lines?: readonly string[]
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'dv-lab-')))
  const root = join(outside, 'repo')
  const env = isolatedEnv(outside, options.env)
  mkdirSync(root)
  mkdirSync(env.HOME, { recursive: true })
  const git = (...words: readonly string[]): string =>
    execFileSync('git', [...words], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  git('init', '-q', '-b', 'main')
  const dvIn = (folder: string, ...words: readonly string[]): Promise<Said> => say(folder, { ...options, env }, words)
  const lab: Lab = {
    root,
    outside,
    dv: (...words) => dvIn(root, ...words),
    dvIn,
    git,
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    },
    read: path => readFileSync(join(root, path), 'utf8'),
    has: path => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
    files: folder => filesBelow(join(root, folder)),
    close: () => rmSync(outside, { recursive: true, force: true }),
  }
  if (options.ready) {
    await expectDone(lab.dv('init', '-q'))
    await expectDone(lab.dv('remote', 'add', '-d', 'stor', '../remote'))
    git('add', '-A')
    git('commit', '-qm', 'Initialize')
  }
  return lab
}

export async function expectDone(said: Promise<Said>): Promise<Said> {
  const { exit, stdout, stderr } = await said
  if (exit !== 0) throw new Error(`dv left with ${exit}:\n${stdout}${stderr}`)
  return { exit, stdout, stderr }
}

async function say(
  cwd: string,
  { env, answer, lines = [] }: LabOptions & { readonly env: Readonly<Record<string, string>> },
  words: readonly string[],
): Promise<Said> {
  const out: string[] = []
  const err: string[] = []
  const exit = await runCli(words, {
    cwd,
    env,
    signal: new AbortController().signal,
    stdout: { write: text => out.push(text) },
    pass: async bytes => void out.push(Buffer.from(bytes).toString()),
    stderr: { write: text => err.push(text) },
    lines: async function* () {
      yield* lines
    },
    ...(answer && { readLine: async (question: string) => answer(question) }),
  })
  return { exit, stdout: out.join(''), stderr: err.join('') }
}

const isolatedEnv = (outside: string, more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: join(outside, 'home'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@lab.example',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@lab.example',
  DVC_SYSTEM_CONFIG_DIR: join(outside, 'system'),
  DVC_GLOBAL_CONFIG_DIR: join(outside, 'global'),
  ...more,
})

export function filesBelow(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
