/** dv cache dir: shows and sets where the cache is. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openReadyLab()
})
afterEach(() => lab.close())

const shown = async (...flags: readonly string[]): Promise<string> => (await expectDone(lab.dv('cache', 'dir', ...flags))).stdout

test('shows the one in use, sets it relative to the file, and forgets it', async () => {
  expect(await shown()).toBe(`${lab.root}/.dvc/cache\n`)
  expect(await shown('../shared')).toBe('')
  expect(lab.read('.dvc/config')).toContain('[cache]\n    dir = ../../shared\n')
  expect([await shown(), await shown('--project')]).toEqual([`${lab.outside}/shared\n`, `${lab.outside}/shared\n`])
  await shown('--local', '/elsewhere')
  expect([await shown(), await shown('--project')]).toEqual(['/elsewhere\n', `${lab.outside}/shared\n`])
  lab.write('x', 'x')
  await shown('-u', '--local')
  await expectDone(lab.dv('add', 'x'))
  expect(lab.files('../shared').filter(path => path.startsWith('files/'))).toHaveLength(1)
  await shown('-u')
  expect(await shown()).toBe(`${lab.root}/.dvc/cache\n`)
})

test.each([[['-u']], [['--local']], [['--global']]])('not set there: %p leaves with 251', async flags => {
  const { exit, stderr } = await lab.dv('cache', 'dir', ...flags)
  expect([exit, stderr]).toEqual([251, expect.stringContaining("option 'dir' doesn't exist in section 'cache'")])
})

test('outside of a repository only the user’s own file counts', async () => {
  expect((await lab.dvIn(lab.outside, 'cache', 'dir')).exit).toBe(251)
  await expectDone(lab.dvIn(lab.outside, 'cache', 'dir', '--global', join(lab.outside, 'mine')))
  expect((await lab.dvIn(lab.outside, 'cache', 'dir')).stdout).toBe(`${lab.outside}/mine\n`)
  expect(await shown()).toBe(`${lab.outside}/mine\n`)
})

test('--dry-run; and the group alone says what there is', async () => {
  const before = lab.read('.dvc/config')
  await expectDone(lab.dv('cache', 'dir', '--dry-run', '/x'))
  expect(lab.read('.dvc/config')).toBe(before)
  expect((await lab.dv('cache')).exit).toBe(254)
})
