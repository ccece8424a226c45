/** "Up to date" is said only when it is so. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ ready: true })
  lab.write('data/1', 'one')
  lab.write('data/2', 'two')
  await expectDone(lab.dv('add', 'data'))
})
afterEach(() => lab.close())

const changed = async (): Promise<string> => (await expectDone(lab.dv('status', '--json'))).stdout

test.each([
  ['as it was', (): void => undefined],
  ['changed', () => lab.write('data/1', 'other')],
  ['deleted', () => rmSync(join(lab.root, 'data'), { recursive: true })],
])('a folder (%s) of which the cache lacks one file is not in the cache, as DVC has it', async (_, change) => {
  change()
  // md5 of "two"
  rmSync(join(lab.root, '.dvc/cache/files/md5/b8/a9f715dbb64fd5c56e7783c6820a61'))
  expect(await changed()).toBe('{"data.dvc":[{"changed outs":{"data":"not in cache"}}]}\n')
})

test('what is whole is up to date', async () => {
  expect(await changed()).toBe('{}\n')
})
