/** dv remove: the pointer goes; the data only when it can be had again. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { unpackGolden } from '../golden/unpack-golden.ts'
import { openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

const files = (): readonly string[] => lab.files('.').filter(path => !/^\.(git|dvc)\//.test(path))

test('the pointer and its line go, the data stays, and nothing is staged: as DVC does it', async () => {
  const { stdout } = await expectDone(lab.dv('remove', 'data.dvc'))
  expect(stdout).toBe('data.dvc removed; data stays, and is no longer tracked\n')
  expect(files()).toEqual(['.dvcignore', '.gitignore', 'data/a', 'data/b', 'data/sub/c', 'f.txt', 'f.txt.dvc'])
  expect(lab.git('status', '--porcelain')).toBe(' M .gitignore\n D data.dvc\n?? data/\n')
  await expectDone(lab.dv('rm', 'f.txt.dvc'))
  expect(lab.has('.gitignore')).toBe(false)
})

test('data that stays is the user’s: links become files, and a later checkout leaves them', async () => {
  await expectDone(lab.dv('config', 'cache.type', 'hardlink'))
  await expectDone(lab.dv('checkout', '--relink'))
  await expectDone(lab.dv('remove', 'data.dvc'))
  const { mode, nlink } = lstatSync(join(lab.root, 'data/a'))
  expect([mode & 0o777, nlink]).toEqual([0o666 & ~process.umask(), 1])
  lab.commit('removed')
  expect(await lab.dv('checkout')).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect(lab.read('data/sub/c')).toBe('c')
})

test('--outs takes the data, too; a commit brings it back', async () => {
  const { stdout } = await expectDone(lab.dv('remove', '--outs', 'data.dvc', 'f.txt.dvc', 'data.dvc'))
  expect(stdout).toBe('data.dvc removed; data removed, too\nf.txt.dvc removed; f.txt removed, too\n')
  expect([files(), lab.has('data')]).toEqual([['.dvcignore'], false])
  lab.git('checkout', '-q', '.')
  await expectDone(lab.dv('checkout'))
  expect(lab.read('data/sub/c')).toBe('c')
})

test('--outs refuses what is in no cache, and does nothing; --force gives it up', async () => {
  lab.write('data/a', 'mine')
  const before = files()
  const { exit, stderr } = await lab.dv('remove', '--outs', 'f.txt.dvc', 'data.dvc')
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/1 file would be lost.*\n {2}data\/a\n\nhint: dv add data .*--force/s)])
  expect(files()).toEqual(before)
  await expectDone(lab.dv('remove', '--outs', '--force', 'f.txt.dvc', 'data.dvc'))
  expect(files()).toEqual(['.dvcignore'])
})

test('--outs of an empty folder', async () => {
  lab.remove('data/a', 'data/b', 'data/sub/c')
  await expectDone(lab.dv('add', 'data'))
  await expectDone(lab.dv('remove', '--outs', 'data.dvc'))
  expect(lab.has('data')).toBe(false)
})

test('what .dvcignore hides inside is no data of ours, and stays', async () => {
  lab.write('.dvcignore', '*.log\n')
  lab.write('data/x.log', 'log')
  await expectDone(lab.dv('remove', '--outs', 'data.dvc'))
  expect(files()).toEqual(['.dvcignore', '.gitignore', 'data/x.log', 'f.txt', 'f.txt.dvc'])
})

test.each([
  ['the data itself', ['f.txt.dvc', 'data'], /'data' is not a .dvc file. Do you mean 'data.dvc'\?/],
  ['a path inside', ['f.txt.dvc', 'data/a'], /'f.txt' is a data set of its own.*hint: dv rm f.txt.dvc/s],
  ['nothing', ['f.txt.dvc', 'nosuch.dvc'], /'nosuch.dvc' does not exist/],
  ['a stage', ['f.txt.dvc', 'prep'], /'prep' is a stage.*take it out of dvc.yaml by hand/s],
  ['a pipeline', ['f.txt.dvc', 'dvc.yaml'], /'dvc.yaml' is a stage or a pipeline/],
  ['outside', ['f.txt.dvc', '../x.dvc'], /outside of the repository/],
])('refused, nothing changed: %s', async (_, targets, why) => {
  lab.write('dvc.yaml', 'stages:\n  prep:\n    cmd: x\n    outs: [x]\n')
  lab.write(
    'dvc.lock',
    "schema: '2.0'\nstages:\n  prep:\n    cmd: x\n    outs:\n    - path: x\n      hash: md5\n      md5: 0cc175b9c0f1b6a831c399e269772661\n      size: 1\n",
  )
  const before = [files(), lab.git('status', '--porcelain')]
  const { exit, stderr } = await lab.dv('remove', ...targets)
  expect([exit, stderr]).toEqual([1, expect.stringMatching(why)])
  expect([files(), lab.git('status', '--porcelain')]).toEqual(before)
})

test('--dry-run', async () => {
  const before = files()
  expect((await expectDone(lab.dv('remove', '--outs', '--dry-run', 'data.dvc'))).stdout).toBe(
    'data.dvc removed; data removed, too\nNothing was changed: this is a dry run.\n',
  )
  expect(files()).toEqual(before)
})

test('s12: what DVC moved and removed is what we see', async () => {
  const golden = unpackGolden('s12-partial-update')
  try {
    const steps = golden.expect.steps.filter(({ argv }) => ['move', 'remove'].includes(argv[1] ?? ''))
    expect(steps.length).toBeGreaterThan(0)
    const repo = join(golden.folder, 'repo')
    expect((await lab.dvIn(repo, 'status', '--json')).stdout).toBe('{}\n')
    const pointers = filesBelow(repo).filter(path => path.endsWith('.dvc') && !path.startsWith('.'))
    for (const pointer of pointers) await expectDone(lab.dvIn(repo, 'remove', pointer))
    expect(filesBelow(repo).filter(path => /(\.dvc|\.gitignore)$/.test(path) && !path.startsWith('.'))).toEqual([])
  } finally {
    golden.remove()
  }
})
