/** dv and a running dvc wait for each other on DVC's own lock. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { type Lab, openLab, type Running } from './lab.ts'
import { peer } from './peers.ts'

// what zc.lockfile does in DVC 3.67.1: flock, then its process id in the file
const holdLock = `
import fcntl, os, sys
f = open('.dvc/tmp/lock', 'a+')
fcntl.flock(f, fcntl.LOCK_EX)
f.seek(0); f.truncate(); f.write(' %d\\n' % os.getpid()); f.flush()
print('held', file=sys.stderr, flush=True)
import time; time.sleep(60)
`
const shortWhile = 1500 // ms; far longer than the command needs when nobody is in its way

describeWith(['dvc'], 'locks', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = openLab()
    await lab.type('git init -q repo && cd repo && dv init -q && echo one > f && dv add f && echo two > g')
  })
  afterEach(() => lab.remove())

  async function held(): Promise<Running> {
    const holder = lab.start(join(peer('dvc'), '..', 'python'), ['-c', holdLock], { at: 'repo' })
    await until(() => holder.said().includes('held'))
    return holder
  }

  test('dv waits for a running dvc, and says so', async () => {
    const holder = await held()
    const adding = lab.start('dv', ['add', 'g'], { at: 'repo' })
    await sleep(shortWhile)
    expect(await hasEnded(adding)).toBe(false)
    expect(adding.said()).toContain(String(holder.pid))
    holder.signal('SIGKILL')
    expect((await adding.ended).exit).toBe(0)
    expect((await lab.type('dvc status --json', { at: 'repo' })).stdout).toBe('{}\n')
  })

  test('reading waits for nobody', async () => {
    const holder = await held()
    const ran = await lab.type('dv status --json', { at: 'repo', timeout: 5000 })
    expect(JSON.parse(ran.stdout)).toEqual({})
    holder.signal('SIGKILL')
    await holder.ended
  })

  test('an interrupt ends the waiting', async () => {
    const holder = await held()
    const adding = lab.start('dv', ['add', 'g'], { at: 'repo' })
    await sleep(shortWhile)
    adding.signal('SIGINT')
    expect((await adding.ended).exit).toBe(252)
    holder.signal('SIGKILL')
    await holder.ended
  })

  test('dv waits for a path that a live process writes (rwlock), not for a dead one', async () => {
    const busy = (pid: number): void => {
      const write = { [lab.path('repo/g')]: { pid, cmd: 'dvc repro' } }
      lab.write('repo/.dvc/tmp/rwlock', JSON.stringify({ write, read: {} }))
    }
    busy(process.pid)
    const adding = lab.start('dv', ['add', 'g'], { at: 'repo' })
    await sleep(shortWhile)
    expect(await hasEnded(adding)).toBe(false)
    lab.write('repo/.dvc/tmp/rwlock', '{"write": {}, "read": {}}')
    expect((await adding.ended).exit).toBe(0)

    const dead = lab.start('true', [])
    await dead.ended
    busy(dead.pid)
    await lab.type('echo three > g && dv add g', { at: 'repo', timeout: 10_000 })
  })

  test('dvc does not get in while dv changes the work tree', async () => {
    await lab.type('mkdir many && cd many && seq 4000 | xargs touch && seq 4000 | while read n; do echo $n > $n; done', { at: 'repo' })
    await lab.type('dv add many && rm -r many', { at: 'repo' })
    const checkout = lab.start('dv', ['checkout', 'many'], { at: 'repo' })
    await until(() => isLocked(lab.path('repo/.dvc/tmp/lock')))
    checkout.signal('SIGSTOP')
    const refused = await lab.type('dvc add g', { at: 'repo', exit: 'any' })
    checkout.signal('SIGCONT')
    expect((await checkout.ended).exit).toBe(0)
    expect(refused.stderr).toContain('Unable to acquire lock')
    expect(refused.exit).toBe(1)
    await lab.type('dvc add g', { at: 'repo' })
    expect((await lab.type('dvc status --json', { at: 'repo' })).stdout).toBe('{}\n')
  })
})

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await sleep(2)) if (Date.now() > deadline) throw new Error('waited 20 s in vain')
}

async function hasEnded(running: Running): Promise<boolean> {
  return Promise.race([running.ended.then(() => true), sleep(0).then(() => false)])
}

/** Asks the kernel (Linux), without taking the lock itself. */
function isLocked(file: string): boolean {
  const inode = statSync(file).ino
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some(line => line.includes('FLOCK') && line.includes(`:${inode} `) && !line.includes('->'))
}
