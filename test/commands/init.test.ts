/** dv init. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow, type Lab, openLab } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'

let lab: Lab
afterEach(() => lab.close())

test('writes and stages what DVC does', async () => {
  lab = await openLab()
  expect(await lab.dv('init')).toEqual({ exit: 0, stdout: 'Initialized repository.\n\nNow: git commit -m "Initialize"\n', stderr: '' })
  expect([lab.read('.dvc/config'), lab.read('.dvc/.gitignore'), lab.read('.dvcignore').length]).toEqual([
    '',
    '/config.local\n/tmp\n/cache\n',
    139,
  ])
  expect(lab.files('.dvc')).toEqual(['.gitignore', 'config', 'tmp/btime'])
  expect(lab.git('status', '--porcelain')).toBe('A  .dvc/.gitignore\nA  .dvc/config\nA  .dvcignore\n')
})

test('again: refused, nothing changes; --force keeps the cache', async () => {
  lab = await openLab({ ready: true })
  lab.write('x', 'x')
  await expectDone(lab.dv('add', '-q', 'x'))
  const before = listWhole(lab.root)
  const said = await lab.dv('init')
  expect(said).toMatchObject({ exit: 1, stdout: '' })
  expect(said.stderr).toContain('hint: dv init --force')
  expect(listWhole(lab.root)).toEqual(before)
  expect((await lab.dv('init', '-f')).stdout).toContain('The cache in .dvc/cache was kept.\n')
  expect([lab.read('.dvc/config'), lab.files('.dvc/cache/files').length]).toEqual(['', 1])
})

test('--force keeps the patterns of .dvcignore', async () => {
  lab = await openLab({ ready: true })
  lab.write('.dvcignore', '*.log\n')
  await expectDone(lab.dv('init', '-f'))
  expect(lab.read('.dvcignore')).toBe('*.log\n')
})

test('--no-scm: no git is needed, and none is told', async () => {
  lab = await openLab()
  const bare = join(lab.outside, 'bare')
  mkdirSync(bare)
  const said = await lab.dvIn(bare, 'init')
  expect(said.exit).toBe(1)
  expect(said.stderr).toContain('--no-scm')
  expect(filesBelow(bare)).toEqual([])
  expect((await lab.dvIn(bare, 'init', '--no-scm')).stdout).toBe('Initialized repository.\n')
  expect(readFileSync(join(bare, '.dvc/config'), 'utf8')).toBe('[core]\n    no_scm = True\n')
  expect(existsSync(join(bare, '.dvc/.gitignore'))).toBe(false)
})

test('below the root of git: --subdir', async () => {
  lab = await openLab()
  const below = join(lab.root, 'below')
  mkdirSync(below)
  const said = await lab.dvIn(below, 'init')
  expect(said.exit).toBe(1)
  expect(said.stderr).toContain('hint: dv init --subdir')
  expect(filesBelow(below)).toEqual([])
  await expectDone(lab.dvIn(below, 'init', '--subdir'))
  expect(lab.git('status', '--porcelain')).toBe('A  below/.dvc/.gitignore\nA  below/.dvc/config\nA  below/.dvcignore\n')
  writeFileSync(join(below, 'x'), 'x')
  expect((await lab.dvIn(below, 'add', 'x')).exit).toBe(0)
})

test('--no-scm and --subdir do not go together', async () => {
  lab = await openLab()
  expect((await lab.dv('init', '--no-scm', '--subdir')).exit).toBe(1)
  expect(lab.has('.dvc')).toBe(false)
})

test('--link sets cache.type; kinds that do not exist are refused before anything is written', async () => {
  lab = await openLab()
  const said = await lab.dv('init', '--link', 'hardlink,wormhole')
  expect(said.exit).toBe(251)
  expect(said.stderr).toContain('wormhole')
  expect(lab.has('.dvc')).toBe(false)
  await expectDone(lab.dv('init', '--link', 'hardlink,copy'))
  expect((await lab.dv('config', 'cache.type')).stdout).toBe('hardlink,copy\n')
})

test('a .dvc that git ignores is refused', async () => {
  lab = await openLab()
  lab.write('.gitignore', '.dvc\n')
  const said = await lab.dv('init')
  expect(said.exit).toBe(1)
  expect(said.stderr).toContain('git ignores')
  expect(lab.has('.dvc')).toBe(false)
})
