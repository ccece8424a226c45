/** Many targets at once: no process, and no write of the same file, for each of them. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
afterEach(() => lab.close())

/** A git that notes each call, before the real one. */
function noteCalls(folder: string): () => number {
  const log = join(folder, 'calls')
  const path = process.env['PATH'] ?? ''
  writeFileSync(log, '')
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$1" >> '${log}'\nPATH='${path}' exec git "$@"\n`)
  chmodSync(join(folder, 'git'), 0o755)
  return () => readFileSync(log, 'utf8').split('\n').length - 1
}

test.each([3, 60])('%i targets in two folders take three calls of git', async count => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-git-'))
  lab = await openLab({ ready: true, env: { PATH: `${folder}:${process.env['PATH']}` } })
  const calls = noteCalls(folder)
  const names = Array.from({ length: count }, (_, at) => `raw/${at % 2 === 0 ? 'even/' : ''}${at}.csv`)
  for (const name of names) lab.write(name, name)
  await expectDone(lab.dv('add', '--glob', 'raw/*.csv', 'raw/even/*.csv'))
  expect(calls()).toBe(3)
  rmSync(folder, { recursive: true })
  expect(lab.read('raw/even/.gitignore')).toBe(
    names
      .filter(name => name.includes('even'))
      .map(name => `/${name.slice('raw/even/'.length)}\n`)
      .sort()
      .join(''),
  )
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  expect(lab.git('status', '--porcelain', '-uall')).not.toMatch(/\.csv$/m)
})

test('each target says which files changed for it', async () => {
  lab = await openLab({ ready: true })
  lab.write('a', 'a')
  lab.write('b', 'b')
  const { added } = JSON.parse((await expectDone(lab.dv('add', '--json', 'a', 'b'))).stdout)
  expect(added.map(({ changed }: { changed: string[] }) => changed)).toEqual([
    ['a.dvc', '.gitignore'],
    ['b.dvc', '.gitignore'],
  ])
})

test('what came before the target that fails stands', async () => {
  lab = await openLab({ ready: true })
  lab.write('a', 'a')
  lab.write('b/x', 'b')
  lab.write('b/.dvcignore', '')
  expect((await lab.dv('add', 'a', 'b')).exit).toBe(1)
  expect([lab.has('a.dvc'), lab.has('b.dvc')]).toEqual([true, false])
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
})
