/** --dry-run of the verbs that change configuration files. */
import { afterEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
afterEach(() => lab.close())

test.each([
  ['remote', 'add', 'other', 's3://b'],
  ['remote', 'default', 'stor', '--local'],
  ['remote', 'modify', 'stor', 'jobs', '3'],
  ['remote', 'remove', 'stor'],
  ['remote', 'rename', 'stor', 'other'],
  ['config', 'core.autostage', 'true'],
])('dv %s %s … tells the new file and leaves the old one', async (...words) => {
  lab = await openLab({ ready: true })
  const before = lab.read('.dvc/config')
  const { stderr } = await expectDone(lab.dv(...words, '--dry-run'))
  expect(stderr).toContain('would become:')
  expect(lab.read('.dvc/config')).toBe(before)
  expect(lab.has('.dvc/config.local')).toBe(false)
})

test('a dry run refuses what the real one would refuse', async () => {
  lab = await openLab({ ready: true })
  expect((await lab.dv('remote', 'modify', 'stor', 'jobs', 'many', '--dry-run')).exit).toBe(251)
})

test('dv init --dry-run makes nothing', async () => {
  lab = await openLab()
  expect((await expectDone(lab.dv('init', '--dry-run'))).stdout).toContain('nothing was changed')
  expect(lab.files('.')).not.toContain('.dvc/config')
  expect(lab.has('.dvc')).toBe(false)
})
