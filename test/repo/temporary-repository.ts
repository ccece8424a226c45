/** Real folders and real git repositories for the tests of this room. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from '@jest/globals'
import type { Context, Event } from '../../src/base/context.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dv-repo-')))
  made.push(folder)
  return folder
}

/** What programs may see: nothing of the person who runs the tests. */
export function lonelyEnvironment(home: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    DVC_SYSTEM_CONFIG_DIR: join(home, 'system'),
    DVC_GLOBAL_CONFIG_DIR: join(home, 'global'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  }
}

export interface TemporaryRepository {
  readonly root: string
  readonly home: string
  readonly context: Context
  readonly events: Event[]
  git(...args: string[]): string
  write(files: Readonly<Record<string, string>>): void
  /** the same context seen from another folder */
  at(cwd: string): Context
}

/** An empty git repository, on request with `.dvc` in it. */
export function temporaryRepository(options: { readonly dvc?: boolean; readonly git?: boolean } = {}): TemporaryRepository {
  const home = temporaryFolder()
  const root = temporaryFolder()
  const events: Event[] = []
  const env = lonelyEnvironment(home)
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env: env as NodeJS.ProcessEnv, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const context: Context = { cwd: root, env, signal: new AbortController().signal, report: event => events.push(event), now: Date.now }
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
  }
  if (options.git ?? true) git('init', '-q', '-b', 'main')
  if (options.dvc ?? true) write({ '.dvc/config': '', '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n' })
  return { root, home, context, events, git, write, at: cwd => ({ ...context, cwd }) }
}
