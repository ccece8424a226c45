import { rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { cached, objects, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab

beforeEach(async () => {
  lab = await openTrackedLab()
  await expectDone(lab.dv('remote', 'add', 'backup', '../backup'))
})
afterEach(() => lab.close())

test('the cache and each remote, with what each has', async () => {
  await expectDone(lab.dv('push'))
  unlinkSync(join(lab.outside, 'remote', objects.b))
  expect((await expectDone(lab.dv('whereis', 'data', 'f.txt'))).stdout).toBe(
    'data  (4 objects)\n  cache   all\n  stor    3 of 4\n  backup  nothing\nf.txt  (1 object)\n  cache   all\n  stor    all\n  backup  nothing\n',
  )
  const { targets } = JSON.parse((await expectDone(lab.dv('whereis', '--json', 'data/sub'))).stdout)
  expect(targets).toEqual([
    {
      path: 'data/sub',
      id: 'c503fdd94c50799556148c7935a941f9.dir',
      objects: 1,
      listed: true,
      cache: { place: 'cache', objects: 1, whole: true },
      remotes: [
        { place: 'stor', objects: 1, whole: true },
        { place: 'backup', objects: 0, whole: false },
      ],
    },
  ])
})

test('with -r only that remote; what is whole nowhere gives 1', async () => {
  await expectDone(lab.dv('push', '-r', 'backup'))
  expect((await expectDone(lab.dv('whereis', '-r', 'backup', 'f.txt'))).stdout).toBe('f.txt  (1 object)\n  cache   all\n  backup  all\n')
  lab.remove(cached('a'))
  expect((await lab.dv('whereis', '-r', 'stor', 'data')).exit).toBe(1)
  expect((await lab.dv('whereis', 'data')).exit).toBe(0)
})

test('of a folder whose list is not here the list is asked for', async () => {
  await expectDone(lab.dv('push'))
  rmSync(join(lab.root, '.dvc/cache'), { recursive: true })
  expect((await expectDone(lab.dv('whereis', 'data'))).stdout).toBe(
    'data  (its list of files is not in the cache)\n  cache   nothing\n  stor    the list of files\n  backup  nothing\n',
  )
})

test('a remote that cannot be asked is named, and the others are told', async () => {
  await expectDone(lab.dv('push'))
  await expectDone(lab.dv('remote', 'add', 'odd', 's3://bucket/p'))
  await expectDone(lab.dv('remote', 'modify', 'odd', 'version_aware', 'true'))
  const said = await lab.dv('whereis', 'f.txt')
  expect(said).toMatchObject({
    exit: 1,
    stdout: expect.stringContaining('stor    all'),
    stderr: expect.stringContaining("ERROR: remote 'odd'"),
  })
  expect(await lab.dv('whereis', 'nosuch')).toMatchObject({ exit: 1, stdout: '' })
})

test('what is bound to one remote is looked for on the one that was named, too', async () => {
  await expectDone(lab.dv('push'))
  writeFileSync(join(lab.root, 'f.txt.dvc'), `${lab.read('f.txt.dvc')}  remote: backup\n`)
  expect((await expectDone(lab.dv('whereis', '-r', 'stor', 'f.txt'))).stdout).toBe('f.txt  (1 object)\n  cache  all\n  stor   all\n')
  expect((await lab.dv('whereis', '-r', 'nosuch', 'f.txt')).exit).toBe(1)
})
