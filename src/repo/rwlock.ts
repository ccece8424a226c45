/** DVC's second lock: a JSON file that tells which process reads or writes which paths. `dvc repro` relies on it while a stage runs. */
import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { isRunning } from '../base/is-running.ts'

/** As DVC writes it (dvc/rwlock.py). */
export interface LockUser {
  readonly pid: number
  readonly cmd: string
}

interface Usage {
  readonly write: Readonly<Record<string, LockUser>>
  readonly read: Readonly<Record<string, readonly LockUser[]>>
}

/**
 * Enters `us` as the writer of `paths` (absolute), unless living processes use what overlaps with them: then nothing changes and they are
 * returned. The caller holds the lock on `rwlock.lock`. `folder` is `.dvc/tmp`.
 * @throws DvError 'locked' when the file is damaged
 */
export function claimWrites(folder: string, paths: readonly string[], us: LockUser): readonly LockUser[] {
  const usage = withoutTheDead(readUsage(folder))
  const blockers = usersOf(usage, paths).filter(user => user.pid !== us.pid)
  if (blockers.length > 0) return blockers
  writeUsage(folder, { ...usage, write: { ...usage.write, ...Object.fromEntries(paths.map(path => [path, us])) } })
  return []
}

/** Takes our names out again, under the same lock. */
export function releaseWrites(folder: string, paths: readonly string[], us: LockUser): void {
  const usage = readUsage(folder)
  const write = Object.entries(usage.write).filter(([path, user]) => !(user.pid === us.pid && paths.includes(path)))
  writeUsage(folder, { ...usage, write: Object.fromEntries(write) })
}

const usersOf = (usage: Usage, paths: readonly string[]): LockUser[] =>
  [...Object.entries(usage.write), ...Object.entries(usage.read)]
    .filter(([used]) => paths.some(path => overlaps(path, used)))
    .flatMap(([, users]) => users)

const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(b + sep) || b.startsWith(a + sep)

function withoutTheDead(usage: Usage): Usage {
  const read = Object.entries(usage.read).map(([path, users]) => [path, users.filter(({ pid }) => isRunning(pid))] as const)
  return {
    write: Object.fromEntries(Object.entries(usage.write).filter(([, { pid }]) => isRunning(pid))),
    read: Object.fromEntries(read.filter(([, users]) => users.length > 0)),
  }
}

function readUsage(folder: string): Usage {
  const file = join(folder, 'rwlock')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return { write: {}, read: {} }
    throw error
  }
  const usage = parseUsage(text)
  if (!usage)
    throw new DvError('locked', `${file} is damaged, so that nobody can tell what another process uses`, {
      hint: `rm '${file}'   # when no dvc or dv is running`,
    })
  return usage
}

function parseUsage(text: string): Usage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError || Object(error).name === 'SyntaxError') return undefined
    throw error
  }
  if (!isRecord(value)) return undefined
  const { write = {}, read = {} } = value
  if (!isRecord(write) || !Object.values(write).every(isUser)) return undefined
  if (!isRecord(read) || !Object.values(read).every(users => Array.isArray(users) && users.every(isUser))) return undefined
  return { write, read } as Usage
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const isUser = (value: unknown): boolean => isRecord(value) && typeof value['pid'] === 'number' && typeof value['cmd'] === 'string'

/** Idle content is what DVC leaves behind: `{"write": {}}`. */
function writeUsage(folder: string, usage: Usage): void {
  const kept = Object.keys(usage.read).length > 0 ? usage : { write: usage.write }
  // A name that nobody can foresee, and a new file: a repository may come with links under all the others.
  const temporary = join(folder, `rwlock.${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, JSON.stringify(kept), { flag: 'wx' })
    renameSync(temporary, join(folder, 'rwlock'))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
