/** Two who add at a time, and paths that change what they are: no pointer may name less than was added, or what cannot be checked out. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ ready: true })
})
afterEach(() => lab.close())

test('files of one folder, added by several at a time, are all in its list', async () => {
  lab.write('data/0', 'zero')
  await expectDone(lab.dv('add', 'data'))
  const names = ['1', '2', '3', '4', '5']
  for (const name of names) lab.write(`data/${name}`, `file ${name}`)
  await Promise.all(names.map(name => expectDone(lab.dv('add', `data/${name}`))))
  expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
  expect(lab.read('data.dvc')).toContain('nfiles: 6')
})

test('a folder added whole while a file of it is added is as it is on disk in the end', async () => {
  lab.write('data/0', 'zero')
  await expectDone(lab.dv('add', 'data'))
  lab.write('data/1', 'one')
  lab.write('data/2', 'two')
  await Promise.all([expectDone(lab.dv('add', 'data')), expectDone(lab.dv('add', 'data/1')), expectDone(lab.dv('add', 'data'))])
  expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
})

test('two who track the same new file at a time both succeed', async () => {
  lab.write('model', 'weights')
  const said = await Promise.all([expectDone(lab.dv('add', 'model')), expectDone(lab.dv('add', 'model'))])
  expect(said.map(({ stderr }) => stderr)).toEqual(['', ''])
  expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
})

test('what was a file and is a folder now takes its place in the list', async () => {
  lab.write('data/a', 'a file')
  lab.write('data/z', 'other')
  await expectDone(lab.dv('add', 'data'))
  rmSync(join(lab.root, 'data/a'))
  mkdirSync(join(lab.root, 'data/a'))
  lab.write('data/a/b', 'in a folder')
  await expectDone(lab.dv('add', 'data/a/b'))
  expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
  rmSync(join(lab.root, 'data'), { recursive: true })
  await expectDone(lab.dv('checkout'))
  expect(lab.files('data')).toEqual(['a/b', 'z'])
})

test.each([
  ['.gitignore', '*.dvc\n', 'git-ignored'],
  ['.dvcignore', 'model.dvc\n', 'would be ignored by .dvcignore:1'],
])('a pointer that %s would hide is refused, and nothing is written', async (file, text, says) => {
  lab.write(file, text)
  lab.write('model', 'weights')
  const said = await lab.dv('add', 'model')
  expect([said.exit, said.stderr]).toEqual([1, expect.stringContaining(says)])
  expect(lab.has('model.dvc')).toBe(false)
  expect((await lab.dv('add', '--out', 'other', 'model')).exit).toBe(file === '.gitignore' ? 1 : 0)
})

test('a file behind a link to a folder is no part of the tracked folder', async () => {
  lab.write('data/1', 'one')
  lab.write('other/2', 'two')
  await expectDone(lab.dv('add', 'data'))
  symlinkSync('../other', join(lab.root, 'data/link'))
  const said = await lab.dv('add', 'data/link/2')
  expect([said.exit, said.stderr]).toEqual([1, expect.stringContaining('behind a symbolic link to a folder')])
})

test('--to-remote leaves out what .dvcignore leaves out at the place where the data will be', async () => {
  lab.write('.dvcignore', '*.tmp\n/elsewhere\n')
  for (const name of ['1', '2.tmp', 'sub/3']) lab.write(`../camera/${name}`, name)
  await expectDone(lab.dv('add', '--to-remote', '-o', 'big', '../camera'))
  expect(lab.read('big.dvc')).toContain('nfiles: 2')
  await expectDone(lab.dv('pull'))
  expect(lab.files('big')).toEqual(['1', 'sub/3'])
  expect((await expectDone(lab.dv('status', '--json'))).stdout).toBe('{}\n')
})

test('--out --force gives back what was there when the copy cannot be added', async () => {
  lab.write('model', 'old')
  lab.write('../incoming/.dvcignore', 'x')
  const said = await lab.dv('add', '--force', '--out', 'model', '../incoming')
  expect(said.exit).not.toBe(0)
  expect(lab.read('model')).toBe('old')
  expect(lab.files('.dvc/tmp/dv').filter(name => name.startsWith('copy-'))).toEqual([])
})
