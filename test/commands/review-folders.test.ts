/** A path that is a folder in one commit and a file in the next. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ ready: true })
  lab.write('.dvcignore', '*.log\n')
  lab.write('x/a/1', 'one')
  await expectDone(lab.dv('add', 'x'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'a folder')
  rmSync(join(lab.root, 'x'), { recursive: true })
  lab.write('x', 'file')
  await expectDone(lab.dv('add', 'x'))
  lab.git('commit', '-qam', 'a file')
  lab.git('checkout', '-q', 'HEAD~1')
  await expectDone(lab.dv('checkout'))
  expect(lab.read('x/a/1')).toBe('one')
})
afterEach(() => lab.close())

test('empty folders in it are in nobody’s way', async () => {
  mkdirSync(join(lab.root, 'x/empty/deep'), { recursive: true })
  lab.git('checkout', '-q', 'main')
  await expectDone(lab.dv('checkout'))
  expect(lab.read('x')).toBe('file')
})

test('a file in it that .dvcignore hides stays, also with --force', async () => {
  lab.write('x/my.log', 'mine')
  lab.git('checkout', '-q', 'main')
  for (const flags of [[], ['--force']]) {
    const said = await lab.dv('checkout', ...flags)
    expect([said.exit, said.stderr]).toEqual([255, expect.stringContaining('what is there is no file')])
  }
  expect(lab.read('x/my.log')).toBe('mine')
})
