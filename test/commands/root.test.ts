import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openReadyLab()
})
afterEach(() => lab.close())

test('the way to the top, from the top and from below', async () => {
  mkdirSync(join(lab.root, 'a/b'), { recursive: true })
  expect(await lab.dv('root')).toEqual({ exit: 0, stdout: '.\n', stderr: '' })
  expect(await lab.dvIn(join(lab.root, 'a/b'), 'root')).toEqual({ exit: 0, stdout: '../..\n', stderr: '' })
  expect((await lab.dvIn(join(lab.root, 'a'), 'root', '--json')).stdout).toBe('{"path":".."}\n')
})

test('outside of a repository', async () => {
  expect(await lab.dvIn(lab.outside, 'root')).toMatchObject({ exit: 253, stdout: '' })
})
