/** What changes while a verb waits for the lock. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { expectDone, openLab } from '../doubles/lab.ts'

/** macOS has no flock(1); dv itself goes by perl there. */
const canHold = spawnSync('flock', ['--version']).status === 0

;(canHold ? test : test.skip)('a checkout that had to wait brings what the pointers say by then', async () => {
  const lab = await openLab({ ready: true })
  try {
    for (const version of ['one', 'two', 'three']) {
      lab.write('model', version)
      await expectDone(lab.dv('add', 'model'))
      lab.git('add', '-A')
      lab.git('commit', '-qm', version)
    }
    lab.git('checkout', '-q', 'HEAD~2')
    const holder = spawn('flock', ['-x', join(lab.root, '.dvc/tmp/lock'), '-c', 'echo held; read line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const waiting = lab.dv('checkout')
    await sleep(300) // it has planned by now, and asks for the lock every 50 ms
    lab.git('checkout', '-q', 'main~1')
    holder.stdin.end('\n')
    await expectDone(waiting)
    expect(lab.read('model')).toBe('two')
    expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
  } finally {
    lab.close()
  }
})
