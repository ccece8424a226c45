/** dv commit: what the work tree holds goes into the cache, and into the pointers. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone, type LabOptions } from '../doubles/lab.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
const open = async (options: LabOptions = {}): Promise<void> => {
  lab = await openTrackedLab(options)
}
afterEach(() => lab.close())

const statusJson = async (): Promise<string> => (await lab.dv('status', '--json')).stdout

test('after add --no-commit: status says what to do, and commit does it', async () => {
  await open()
  lab.write('x', 'new')
  await expectDone(lab.dv('add', '--no-commit', 'x'))
  expect((await lab.dv('status')).stdout).toContain('(use "dv commit <data>" to put into the cache what is only in the work tree)')
  expect((await lab.dv('status')).stdout).not.toContain('dv pull')
  const pointer = lab.read('x.dvc')
  expect((await expectDone(lab.dv('commit', 'x'))).stdout).toBe('')
  expect([await statusJson(), lab.read('x.dvc')]).toEqual(['{}\n', pointer])
  lab.remove('x')
  await expectDone(lab.dv('checkout', 'x'))
  expect(lab.read('x')).toBe('new')
})

test('where the data is not here either, status says pull', async () => {
  await open()
  lab.remove('f.txt', '.dvc/cache')
  lab.write('data/a', 'changed')
  const { stdout } = await lab.dv('status')
  expect(stdout).toContain('(use "dv fetch" or "dv pull" to download what the cache lacks)')
  expect(stdout).not.toContain('dv commit')
})

test('changed data is not taken without a word: DVC’s status 1, and nothing is written', async () => {
  await open()
  lab.write('data/a', 'changed')
  const before = [lab.read('data.dvc'), lab.files('.dvc/cache').length]
  const said = await lab.dv('commit')
  expect(said).toEqual({
    exit: 1,
    stdout: '',
    stderr: "ERROR: unable to commit changed 'data.dvc': 'data' is not what it says\n\nhint: dv commit --force data\n",
  })
  expect([lab.read('data.dvc'), lab.files('.dvc/cache').length]).toEqual(before)
  expect((await expectDone(lab.dv('commit', '-f'))).stdout).toBe(
    'data: 3 files, 9 B, changed\n\nTo track the changes with git:\n\n\tgit add data.dvc\n',
  )
  expect(await statusJson()).toBe('{}\n')
})

test.each(['y', 'n'])('at a terminal it is asked: %s', async answer => {
  const asked: string[] = []
  await open({
    answer: question => {
      asked.push(question)
      return answer
    },
  })
  lab.write('data/a', 'changed')
  expect((await lab.dv('commit', 'data.dvc')).exit).toBe(answer === 'y' ? 0 : 1)
  expect(asked).toEqual(["'data' is not what data.dvc says. Commit it? [y/n] "])
  expect(await statusJson()).toBe(answer === 'y' ? '{}\n' : '{"data.dvc":[{"changed outs":{"data":"modified"}}]}\n')
})

test('objects that the cache has lost are put back from the work tree; links are made as cache.type says', async () => {
  await open()
  lab.remove(cached('a'))
  expect(await statusJson()).toContain('not in cache')
  await expectDone(lab.dv('config', 'cache.type', 'hardlink'))
  await expectDone(lab.dv('commit', '--no-relink'))
  expect([await statusJson(), lstatSync(join(lab.root, 'data/b')).nlink]).toEqual(['{}\n', 1])
  await expectDone(lab.dv('commit'))
  expect(lstatSync(join(lab.root, 'data/b')).nlink).toBe(2)
})

test('-R takes what lies in a folder', async () => {
  await open()
  lab.write('sub/one', '1')
  lab.write('sub/two', '2')
  await expectDone(lab.dv('add', '--no-commit', 'sub/one', 'sub/two'))
  expect((await lab.dv('commit', 'sub')).exit).toBe(1)
  await expectDone(lab.dv('commit', '-R', 'sub'))
  expect(await statusJson()).toBe('{}\n')
})

test.each([
  ['data that is not there', ['-f', 'f.txt'], /output 'f.txt' does not exist/],
  ['the same without force', ['f.txt'], /unable to commit changed 'f.txt.dvc': 'f.txt' is not there/],
  ['an unknown target', ['nosuch'], /'nosuch' does not exist as an output or a stage name/],
])('refused: %s', async (_, args, why) => {
  await open()
  lab.remove('f.txt')
  const { exit, stderr } = await lab.dv('commit', ...args)
  expect([exit, stderr]).toEqual([1, expect.stringMatching(why)])
})

test('--dry-run', async () => {
  await open()
  lab.write('data/a', 'changed')
  const pointer = lab.read('data.dvc')
  expect((await expectDone(lab.dv('commit', '-f', '--dry-run'))).stdout).toBe(
    'data: to be tracked by data.dvc\nNothing was changed: this is a dry run.\n',
  )
  expect(lab.read('data.dvc')).toBe(pointer)
})

test('of an import the md5 at its top follows, as with DVC’s commit', async () => {
  await open()
  lab.write('../src.txt', 's\n')
  lab.write('imp', 's\nzz\nzz\n')
  lab.write(
    'imp.dvc',
    'md5: c7e380bbe5da07d529ee9b18f38db7b6\nfrozen: true\ndeps:\n- md5: f4d5d0c0671be202bc241807c243e80b\n  size: 2\n  hash: md5\n  path: ../src3.txt\nouts:\n- md5: f4d5d0c0671be202bc241807c243e80b\n  size: 2\n  hash: md5\n  path: imp\n',
  )
  await expectDone(lab.dv('commit', '-f', 'imp'))
  // What dvc 3.67.1 writes for the same data.
  expect(lab.read('imp.dvc')).toMatch(/^md5: 42691ae8736ccff45227952098b39442\n.*outs:\n- md5: f972202f3db575793a5040d5183cc805\n/s)
})
