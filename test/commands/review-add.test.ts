/** Two who add at a time, and paths that change what they are: no pointer may name less than was added, or what cannot be checked out. */
import { mkdirSync, rmSync } from 'node:fs'
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
