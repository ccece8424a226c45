/** dv destroy: nothing of dv is left, and the data in the work tree is. */
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const files = (): readonly string[] => lab.files('.').filter(path => !path.startsWith('.git/'))
const left = ['.gitignore', 'data/a', 'data/b', 'data/sub/c', 'f.txt']

test('-f: links become files before the cache goes', async () => {
  lab = await openTrackedLab()
  await expectDone(lab.dv('config', 'cache.type', 'symlink'))
  await expectDone(lab.dv('checkout', '--relink'))
  expect((await expectDone(lab.dv('destroy', '-f'))).stdout).toBe('2 pointers, .dvc and .dvcignore removed\n')
  expect(files()).toEqual(left)
  expect([lab.read('data/sub/c'), lstatSync(join(lab.root, 'data/a')).isFile(), lab.read('.gitignore')]).toEqual([
    'c',
    true,
    '/data\n/f.txt\n',
  ])
  expect((await lab.dv('status')).exit).toBe(253)
})

test('without a terminal, and with a no, nothing is changed', async () => {
  for (const answer of [undefined, () => 'n']) {
    lab = await openTrackedLab(answer ? { answer } : {})
    const before = files()
    const { exit, stderr } = await lab.dv('destroy')
    expect([exit, stderr]).toEqual([
      1,
      expect.stringContaining('cannot destroy without a confirmation from the user\n\nhint: dv destroy --force'),
    ])
    expect(files()).toEqual(before)
    if (!answer) lab.close()
  }
})

test('a yes; what would be lost is named first', async () => {
  const asked: string[] = []
  lab = await openTrackedLab({
    answer: question => {
      asked.push(question)
      return 'yes'
    },
  })
  lab.remove('data')
  const { stderr } = await expectDone(lab.dv('destroy'))
  expect(asked.join()).toContain('1 data set would be lost altogether: data.')
  expect(stderr).toContain('now in no cache: data')
  expect(files()).toEqual(['.gitignore', 'f.txt'])
})

test('a cache outside of the repository stays, and is named', async () => {
  lab = await openTrackedLab()
  await expectDone(lab.dv('cache', 'dir', '../shared'))
  await expectDone(lab.dv('commit'))
  const objects = lab.files('../shared')
  expect((await expectDone(lab.dv('destroy', '-f'))).stdout).toContain(`The cache in ${lab.outside}/shared stays`)
  expect([lab.files('../shared'), files()]).toEqual([objects, left])
})

test('--dry-run', async () => {
  lab = await openTrackedLab()
  const before = files()
  expect((await expectDone(lab.dv('destroy', '--dry-run'))).stdout).toMatch(/^data.dvc\nf.txt.dvc\n2 pointers.*Nothing was changed/s)
  expect(files()).toEqual(before)
  expect(readFileSync(join(lab.root, 'data.dvc'), 'utf8')).not.toBe('')
})
