import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import type { Context } from '../../src/base/context.ts'
import { type LockOptions, withLock } from '../../src/repo/lock.ts'
import { withRepo } from '../../src/repo/open.ts'
import { temporaryFolder, temporaryRepository } from './temporary-repository.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const opened = () => {
  const repository = temporaryRepository()
  const tmp = join(repository.root, '.dvc/tmp')
  mkdirSync(tmp)
  const locked = <T>(use: () => Promise<T>, options?: LockOptions, context: Context = repository.context): Promise<T> =>
    withRepo(context, repo => withLock(repo, use, options))
  return { ...repository, tmp, locked, isFree: () => spawnSync('flock', ['-n', join(tmp, 'lock'), 'true']).status === 0 }
}

/** What DVC does: flock on the file, then ` <pid>` and a line end in it. */
async function holdAsDvcDoes(file: string, seconds: number): Promise<ChildProcess> {
  const child = spawn(
    'bash',
    ['-c', 'exec 9<>"$1"; flock -x 9; printf " %s\\n" $$ >&9; echo held; exec sleep "$2"', 'holder', file, String(seconds)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  children.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

const liveUser = (seconds: number): ChildProcess => {
  const child = spawn('sleep', [String(seconds)], { stdio: 'ignore' })
  children.push(child)
  return child
}

test('keeps flock out while it is held, by name, and lets go after success and failure', async () => {
  const { tmp, locked, isFree } = opened()
  await locked(async () => {
    expect(isFree()).toBe(false)
    expect(readFileSync(join(tmp, 'lock'), 'utf8')).toBe(` ${process.pid}\n`)
  })
  expect(isFree()).toBe(true)
  await expect(locked(() => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(isFree()).toBe(true)
})

test('waits for another process and says for whom', async () => {
  const { tmp, locked, events } = opened()
  const holder = await holdAsDvcDoes(join(tmp, 'lock'), 1)
  const begun = performance.now()
  await locked(async () => undefined)
  expect(performance.now() - begun).toBeGreaterThan(600)
  expect(events).toEqual([
    {
      type: 'warning',
      message: expect.stringMatching(
        new RegExp(`^waiting for process ${holder.pid} \\(sleep 1\\), who holds .*/.dvc/tmp/lock since \\d\\d:\\d\\d:\\d\\d$`),
      ),
    },
  ])
})

test('says nothing of a short wait', async () => {
  const { tmp, locked, events } = opened()
  await holdAsDvcDoes(join(tmp, 'lock'), 0.2)
  await locked(async () => undefined)
  expect(events).toEqual([])
})

test('without patience it gives up when dvc would', async () => {
  const { tmp, locked, context } = opened()
  await holdAsDvcDoes(join(tmp, 'lock'), 30)
  let clock = 0
  const now = (): number => (clock += 1000)
  await expect(locked(async () => undefined, { wait: false }, { ...context, now })).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining('is in use by process'),
  })
  expect(clock).toBeLessThanOrEqual(5000)
})

test('an abort ends the wait', async () => {
  const { tmp, locked, context } = opened()
  await holdAsDvcDoes(join(tmp, 'lock'), 30)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 150)
  await expect(locked(async () => undefined, {}, { ...context, signal: controller.signal })).rejects.toMatchObject({ code: 'interrupted' })
})

test('a lock file that is removed while somebody waits for it locks nothing', async () => {
  const { tmp, locked, isFree } = opened()
  await holdAsDvcDoes(join(tmp, 'lock'), 1)
  setTimeout(() => rmSync(join(tmp, 'lock')), 300)
  await locked(async () => expect(isFree()).toBe(false))
})

test('a link in the place of the lock is not followed', async () => {
  const { home, tmp, locked } = opened()
  writeFileSync(join(home, 'precious'), 'keep me')
  symlinkSync(join(home, 'precious'), join(tmp, 'lock'))
  await expect(locked(async () => undefined)).rejects.toMatchObject({ code: 'locked' })
  expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('keep me')
})

test('a function that locks may be called under the lock', async () => {
  const { context, isFree } = opened()
  await withRepo(context, repo => withLock(repo, () => withLock(repo, async () => expect(isFree()).toBe(false))))
})

test('waits for who uses the same paths, without holding what they need to end', async () => {
  const { root, tmp, locked, isFree, events } = opened()
  const user = { pid: liveUser(30).pid, cmd: 'dvc repro' }
  const file = join(tmp, 'rwlock')
  writeFileSync(file, JSON.stringify({ write: { [join(root, 'data')]: user }, read: { [join(root, 'in')]: [user] } }))
  let entered = false
  const waiting = locked(
    async () => {
      entered = true
    },
    { writes: [join(root, 'data/x'), join(root, 'in')] },
  )
  await new Promise(resolve => setTimeout(resolve, 700))
  expect([entered, isFree()]).toEqual([false, true])
  expect(events).toEqual([{ type: 'warning', message: expect.stringContaining(`process ${user.pid} (dvc repro)`) }])
  writeFileSync(file, '{"write": {}}')
  await waiting
  expect(entered).toBe(true)
})

test('paths of others do not matter; ours are entered and taken out again', async () => {
  const { root, tmp, locked } = opened()
  const file = join(tmp, 'rwlock')
  const user = { pid: liveUser(30).pid as number, cmd: 'dvc repro' }
  const others = { write: { [join(root, 'data')]: user }, read: { [join(root, 'in')]: [user] } }
  writeFileSync(file, JSON.stringify(others))
  const read = () => JSON.parse(readFileSync(file, 'utf8'))
  await locked(
    async () => {
      expect(read().write).toEqual({ ...others.write, [join(root, 'data-2')]: { pid: process.pid, cmd: expect.stringMatching(/^dv/) } })
    },
    { writes: [join(root, 'data-2')] },
  )
  expect(read()).toEqual(others)
})

test('the dead hold nothing', async () => {
  const { root, tmp, locked } = opened()
  const dead = spawnSync('true').pid
  writeFileSync(
    join(tmp, 'rwlock'),
    JSON.stringify({ write: { [root]: { pid: dead, cmd: 'dvc add' } }, read: { [root]: [{ pid: dead, cmd: 'dvc add' }] } }),
  )
  await locked(async () => undefined)
  expect(JSON.parse(readFileSync(join(tmp, 'rwlock'), 'utf8'))).toEqual({ write: {} })
})

test('a damaged rwlock is told, and nothing stays locked', async () => {
  const { tmp, locked, isFree } = opened()
  for (const text of ['{', '[]', '{"write": {"/x": {}}}']) {
    writeFileSync(join(tmp, 'rwlock'), text)
    await expect(locked(async () => undefined)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('rwlock is damaged'),
    })
    expect(isFree()).toBe(true)
  }
})

test('perl stands in for flock, and without both it refuses', async () => {
  const { locked, context, isFree } = opened()
  const bin = temporaryFolder()
  const without = { ...context, env: { ...context.env, PATH: bin } }
  await expect(locked(async () => undefined, {}, without)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining('neither flock nor perl'),
  })
  symlinkSync(execFileSync('which', ['perl'], { encoding: 'utf8' }).trim(), join(bin, 'perl'))
  await locked(async () => expect(isFree()).toBe(false), {}, without)
  expect(isFree()).toBe(true)
})

test("DVC's other kind of lock is refused", async () => {
  const { locked, write } = opened()
  write({ '.dvc/config': '[core]\n    hardlink_lock = true\n' })
  await expect(locked(async () => undefined)).rejects.toMatchObject({ code: 'locked', hint: expect.stringContaining('hardlink_lock') })
})

test('what is private to a clone is put back under .gitignore', async () => {
  const { root, locked, write } = opened()
  write({ '.dvc/.gitignore': '/tmp\n# mine' })
  await locked(async () => undefined)
  expect(readFileSync(join(root, '.dvc/.gitignore'), 'utf8')).toBe('/tmp\n# mine\n/config.local\n/cache\n')

  const bare = temporaryRepository({ git: false })
  rmSync(join(bare.root, '.dvc/.gitignore'))
  await withRepo(bare.context, repo => withLock(repo, async () => undefined))
  expect(existsSync(join(bare.root, '.dvc/.gitignore'))).toBe(false)
})
