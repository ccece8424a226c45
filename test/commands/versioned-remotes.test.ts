import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

test.each(['version_aware', 'worktree'])('a remote with %s gets no objects among its files, and no pointer changes', async option => {
  await expectDone(lab.dv('remote', 'modify', 'stor', option, 'true'))
  const pointer = lab.read('data.dvc')
  for (const words of [['push'], ['push', '--all-remotes']]) {
    expect(await lab.dv(...words)).toMatchObject({ exit: 251, stderr: expect.stringContaining(option) })
  }
  lab.remove('.dvc/cache')
  expect(await lab.dv('fetch')).toMatchObject({ exit: 251, stderr: expect.stringContaining(option) })
  expect(filesBelow(`${lab.outside}/remote`)).toEqual([])
  expect(lab.read('data.dvc')).toBe(pointer)
})
