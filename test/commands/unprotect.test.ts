/** dv unprotect: links become files of one's own; the cache is safe, and nothing is hashed again. */
import { chmodSync, linkSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { status } from '../../src/commands/status.ts'
import { expectDone } from '../doubles/lab.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

const plain = 0o666 & ~process.umask()
const look = (path: string): unknown => {
  const { mode, nlink } = lstatSync(join(lab.root, path))
  return [mode & 0o777, nlink, lstatSync(join(lab.root, path)).isSymbolicLink()]
}

async function phasesOfStatus(): Promise<readonly string[]> {
  const phases: string[] = []
  await status.run(
    {},
    {
      cwd: lab.root,
      env: process.env,
      signal: new AbortController().signal,
      now: Date.now,
      report: event => event.type === 'phase' && phases.push(event.name),
    },
  )
  return phases
}

test.each(['hardlink', 'symlink'])('%s: files can be written, the objects stay as they are, the next status hashes nothing', async type => {
  await expectDone(lab.dv('config', 'cache.type', type))
  await expectDone(lab.dv('checkout', '--relink'))
  expect((await expectDone(lab.dv('unprotect', 'data', 'f.txt.dvc'))).stdout).toBe(
    'data: 3 files made writable\nf.txt: 1 file made writable\n',
  )
  for (const path of ['data/a', 'data/sub/c', 'f.txt']) expect(look(path)).toEqual([plain, 1, false])
  expect(await phasesOfStatus()).toEqual(['Comparing'])
  writeFileSync(join(lab.root, 'data/a'), 'changed')
  expect(readFileSync(join(lab.root, cached('a')), 'utf8')).toBe('a')
  expect((await lab.dv('status', '--json')).stdout).toContain('"data":"modified"')
  expect((await expectDone(lab.dv('unprotect', 'data'))).stdout).toBe('data: 0 files made writable\n')
})

test('one file of a folder, or a folder of data sets', async () => {
  await expectDone(lab.dv('config', 'cache.type', 'hardlink'))
  await expectDone(lab.dv('checkout', '--relink'))
  await expectDone(lab.dv('unprotect', 'data/sub'))
  expect([look('data/sub/c'), look('data/a')]).toEqual([
    [plain, 1, false],
    [0o444, 2, false],
  ])
  await expectDone(lab.dv('unprotect', '.'))
  expect([look('data/a'), look('f.txt')]).toEqual([
    [plain, 1, false],
    [plain, 1, false],
  ])
})

test('a file that is read-only, or has another name, and one that may be run', async () => {
  lab.write('run.sh', '#!/bin/sh\n')
  chmodSync(join(lab.root, 'run.sh'), 0o555)
  lab.write('two', 'two')
  linkSync(join(lab.root, 'two'), join(lab.outside, 'name'))
  await expectDone(lab.dv('unprotect', 'run.sh', 'two'))
  expect([look('run.sh'), look('two')]).toEqual([
    [plain | 0o100, 1, false],
    [plain, 1, false],
  ])
  expect(statSync(join(lab.outside, 'name')).nlink).toBe(1)
})

test.each(['nosuch', '../outside', '.git', 'data/nosuch'])('refused with DVC’s 255: %s', async target => {
  const { exit, stderr } = await lab.dv('unprotect', target)
  expect([exit, stderr]).toEqual([255, expect.stringContaining('cannot be unprotected')])
})

test('--dry-run counts', async () => {
  await expectDone(lab.dv('config', 'cache.type', 'symlink'))
  await expectDone(lab.dv('checkout', '--relink'))
  expect((await expectDone(lab.dv('unprotect', '--dry-run', 'data'))).stdout).toBe(
    'data: 3 files made writable\nNothing was changed: this is a dry run.\n',
  )
  expect(lstatSync(join(lab.root, 'data/a')).isSymbolicLink()).toBe(true)
})
