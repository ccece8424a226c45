/** Keeps other writers out, `dvc` among them. */
import { ftruncateSync, mkdirSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DvError, isSystemError } from '../base/error.ts'
import { isRunning } from '../base/is-running.ts'
import { throwIfAborted } from '../base/pool.ts'
import { type LockedFile, tryFlock } from './flock.ts'
import type { Repo } from './open.ts'
import { restoreDvcGitIgnore } from './restore-dvc-git-ignore.ts'
import { commandOf } from './running-process.ts'
import { claimWrites, type LockUser, releaseWrites } from './rwlock.ts'

export interface LockOptions {
  /** default true: waits for whoever holds it; false: 'locked' after DVC's 3 s */
  readonly wait?: boolean
  /** absolute paths that will be written, default the whole repository: a running stage of `dvc repro` that uses others does not matter */
  readonly writes?: readonly string[]
}

/** Silence before we say whom we wait for: most verbs hold the lock for less. */
const quietMs = 500

/** dvc/lock.py DEFAULT_TIMEOUT, after which `dvc` gives up. */
const patienceMs = 3000

/** A try costs 3 ms; `dvc` itself asks every 500 ms, so that we are not starved by it. */
const pauseMs = 50

/** Repositories that this process has locked: a verb may lock around a function that locks. */
const held = new WeakSet<Repo>()

/**
 * Takes DVC's lock and honours its rwlock while `use` runs. Never hold it during hashing or a transfer: dvc gives up after 3 s.
 * @throws DvError 'locked', 'interrupted'
 */
export async function withLock<T>(repo: Repo, use: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  if (held.has(repo)) return await use()
  const release = await takeLocks(repo, options)
  held.add(repo)
  try {
    restoreDvcGitIgnore(repo)
    return await use()
  } finally {
    held.delete(repo)
    await release()
  }
}

async function takeLocks(repo: Repo, options: LockOptions): Promise<() => Promise<void>> {
  if (repo.config.get('core', 'hardlink_lock')?.toLowerCase() === 'true') {
    throw new DvError('locked', 'core.hardlink_lock is set, and dv only knows the other lock of DVC, flock', {
      hint: 'dv config --unset core.hardlink_lock',
    })
  }
  const folder = makeFolder(join(repo.root, '.dvc', 'tmp'))
  const paths = options.writes ?? [repo.root]
  const us: LockUser = { pid: process.pid, cmd: ['dv', ...process.argv.slice(2, 3)].join(' ') }
  const wait = createWait(repo, options.wait ?? true)
  for (;;) {
    const lock = tryFlock(join(folder, 'lock'), repo.context)
    if (!lock) {
      await wait(() => holderOf(join(folder, 'lock')))
      continue
    }
    try {
      signLock(lock)
      const blockers = await guarded(repo, folder, () => claimWrites(folder, paths, us))
      if (blockers.length === 0) {
        return async () => {
          await guarded(repo, folder, () => releaseWrites(folder, paths, us)).finally(lock.release)
        }
      }
      // Whoever uses our paths may need the lock to come to its end: dvc repro does.
      lock.release()
      await wait(() => [...new Set(blockers.map(({ pid, cmd }) => `process ${pid} (${cmd})`))].join(', '))
    } catch (error) {
      lock.release()
      throw error
    }
  }
}

/** Runs `edit` while nobody else edits the rwlock; that takes others a few ms. */
async function guarded<T>(repo: Repo, folder: string, edit: () => T): Promise<T> {
  const wait = createWait(repo, true)
  for (;;) {
    const guard = tryFlock(join(folder, 'rwlock.lock'), repo.context)
    if (guard) {
      try {
        signLock(guard)
        return edit()
      } finally {
        guard.release()
      }
    }
    await wait(() => holderOf(join(folder, 'rwlock.lock')))
  }
}

/** One pause of the waiting; says once whom for. */
function createWait({ context }: Repo, patient: boolean): (describe: () => string) => Promise<void> {
  const begun = context.now()
  let told = false
  return async describe => {
    throwIfAborted(context.signal)
    const waited = context.now() - begun
    if (!patient && waited >= patienceMs) {
      throw new DvError('locked', `this repository is in use by ${describe()}`, {
        hint: 'wait for it to end, or let dv wait: --wait-for-lock',
      })
    }
    if (!told && waited >= quietMs) {
      told = true
      context.report({ type: 'warning', message: `waiting for ${describe()}` })
    }
    // An abort ends the pause at once; the next turn tells it.
    await sleep(pauseMs, undefined, { signal: context.signal }).catch(() => throwIfAborted(context.signal))
  }
}

/** From what the holder wrote into the file when it took it. */
function holderOf(file: string): string {
  const pid = Number(readFileSync(file, 'utf8').trim())
  const since = new Date(statSync(file).mtimeMs).toTimeString().slice(0, 8)
  if (!isRunning(pid)) return `a process, perhaps on another machine, who holds ${file} since ${since}`
  return `process ${pid} (${commandOf(pid) ?? 'command unknown'}), who holds ${file} since ${since}`
}

/** ` <pid>\n`, as zc.lockfile does for DVC. */
function signLock({ descriptor }: LockedFile): void {
  ftruncateSync(descriptor, writeSync(descriptor, ` ${process.pid}\n`, 0))
}

function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) throw error
    throw new DvError('locked', `this repository cannot be changed by you: ${folder} may not be made`, { cause: error })
  }
  return folder
}
