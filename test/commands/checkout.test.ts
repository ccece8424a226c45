/** dv checkout: what it makes, what it says, and that nothing is lost. */
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const openTracked = async (): Promise<void> => {
  lab = await openTrackedLab()
}

test('a clean work tree: nothing is said and nothing changes', async () => {
  await openTracked()
  const before = listWhole(lab.root)
  expect(await lab.dv('checkout')).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect(listWhole(lab.root)).toEqual(before)
})

test('what is gone comes back; M, A and D, folders first', async () => {
  await openTracked()
  lab.write('new.txt', 'n')
  await expectDone(lab.dv('add', '-q', 'new.txt'))
  lab.commit('two')
  lab.git('checkout', '-q', 'v1')
  lab.remove('data', 'f.txt')
  expect((await lab.dv('checkout')).stdout).toBe('A       data/\nA       f.txt\nD       new.txt\n')
  expect([lab.read('data/sub/c'), lab.read('f.txt')]).toEqual(['c', 'first\n'])
  expect((await lab.dv('status')).stdout).toBe('Data and pipelines are up to date.\n')
})

test('--summary shows counts only', async () => {
  await openTracked()
  lab.write('data/a', 'b')
  lab.write('data/copy', 'a')
  lab.remove('f.txt')
  expect((await lab.dv('checkout', '--summary')).stdout).toBe('1 file modified, 1 file added and 1 file deleted\n')
  expect((await lab.dv('checkout', '--summary')).stdout).toBe('No changes.\n')
})

test('-q says nothing', async () => {
  await openTracked()
  lab.remove('f.txt')
  expect(await lab.dv('checkout', '-q')).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect(lab.read('f.txt')).toBe('first\n')
})

test('--json', async () => {
  await openTracked()
  lab.remove('data/a', 'f.txt')
  expect(JSON.parse((await lab.dv('checkout', '--json')).stdout)).toEqual({
    added: ['f.txt'],
    modified: ['data/'],
    deleted: [],
    failed: [],
    lost: [],
    files: { added: 2, modified: 0, deleted: 0 },
    relinked: false,
    dryRun: false,
  })
})

test('--dry-run tells the same and changes nothing', async () => {
  await openTracked()
  lab.write('data/a', 'b')
  lab.remove('f.txt')
  const before = listWhole(lab.root)
  const { exit, stdout } = await lab.dv('checkout', '--dry-run')
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'M       data/\nA       f.txt\nNothing was changed: this is a dry run.\n' })
  expect(listWhole(lab.root)).toEqual(before)
  expect((await lab.dv('checkout')).stdout).toBe('M       data/\nA       f.txt\n')
})

test('--dry-run knows what the cache lacks', async () => {
  await openTracked()
  lab.remove('data', 'f.txt', cached('a'))
  const planned = await lab.dv('checkout', '--dry-run', '--json')
  expect(planned.exit).toBe(255)
  expect(JSON.parse(planned.stdout)).toMatchObject({ failed: ['data'], files: { added: 3 } })
  expect(JSON.parse((await lab.dv('checkout', '--json')).stdout)).toMatchObject({ failed: ['data'], files: { added: 3 } })
})

test('--dry-run is refused as the checkout would be', async () => {
  await openTracked()
  lab.write('data/mine', 'mine')
  const { exit, stdout } = await lab.dv('checkout', '--dry-run')
  expect({ exit, stdout }).toEqual({ exit: 255, stdout: '' })
})

test('--dry-run --force names what would be lost', async () => {
  await openTracked()
  lab.write('data/mine', 'mine')
  const before = listWhole(lab.root)
  expect((await lab.dv('checkout', '--dry-run', '-f')).stdout).toContain('lost    data/mine\n')
  expect(listWhole(lab.root)).toEqual(before)
})

test.each([
  ['one file in it', ['data/a'], 'a'],
  ['a folder in it', ['data/sub'], 'sub/c'],
])('a target inside a folder: %s', async (_, targets, brought) => {
  await openTracked()
  lab.remove('data')
  expect((await lab.dv('checkout', ...targets)).stdout).toBe('A       data/\n')
  expect(lab.files('data')).toEqual([brought])
})

test('a target inside a folder leaves its neighbours alone, unsaved ones too', async () => {
  await openTracked()
  lab.write('data/b', 'mine')
  lab.remove('data/a')
  expect((await lab.dv('checkout', 'data/a')).exit).toBe(0)
  expect([lab.read('data/a'), lab.read('data/b')]).toEqual(['a', 'mine'])
})

test('targets from another folder: pointer, output, -R', async () => {
  await openTracked()
  lab.write('deep/er/x', 'x')
  await expectDone(lab.dv('add', '-q', 'deep/er/x'))
  const deep = join(lab.root, 'deep')
  lab.remove('deep/er/x', 'f.txt')
  expect((await lab.dvIn(deep, 'checkout', '../f.txt.dvc')).stdout).toBe('A       ../f.txt\n')
  const refused = await lab.dv('checkout', 'deep')
  expect(refused).toMatchObject({ exit: 255, stdout: '' })
  expect(refused.stderr).toContain('-R deep')
  expect((await lab.dv('checkout', '-R', 'deep')).stdout).toBe('A       deep/er/x\n')
})

test('an unknown target: 255, and git checkout is offered for a branch', async () => {
  await openTracked()
  const said = await lab.dv('checkout', 'v1')
  expect(said.exit).toBe(255)
  expect(said.stderr).toContain("'v1' does not exist as an output or a stage name")
  expect(said.stderr).toContain('hint: git checkout v1')
  expect((await lab.dv('checkout', 'nosuch.dvc')).exit).toBe(255)
})

test('a file in no cache is not lost without --force: nothing at all is changed', async () => {
  await openTracked()
  lab.write('data/a', 'my work')
  lab.write('data/extra', 'my other work')
  lab.remove('f.txt')
  const before = listWhole(lab.root)
  const said = await lab.dv('checkout')
  expect(said).toMatchObject({ exit: 255, stdout: '' })
  expect(said.stderr).toContain('2 files would be lost')
  expect(said.stderr).toContain('data/a\n')
  expect(said.stderr).toContain('data/extra\n')
  expect(said.stderr).toContain('hint: dv add data')
  expect(listWhole(lab.root)).toEqual(before)
})

test('--force gives them up and names them', async () => {
  await openTracked()
  lab.write('data/a', 'my work')
  lab.write('data/extra', 'my other work')
  const said = await lab.dv('checkout', '--force')
  expect(said).toEqual({ exit: 0, stdout: 'M       data/\nlost    data/a\nlost    data/extra\n', stderr: '' })
  expect(lab.files('data')).toEqual(['a', 'b', 'sub/c'])
})

test('what is in the cache may go without --force', async () => {
  await openTracked()
  lab.write('data/a', 'b')
  lab.write('data/extra', 'first\n')
  expect(await lab.dv('checkout')).toEqual({ exit: 0, stdout: 'M       data/\n', stderr: '' })
  expect(lab.files('data')).toEqual(['a', 'b', 'sub/c'])
})

test('a folder where a file belongs, and the other way round', async () => {
  await openTracked()
  lab.remove('f.txt', 'data')
  lab.write('f.txt/mine', 'mine')
  lab.write('data', 'mine')
  const before = listWhole(lab.root)
  expect((await lab.dv('checkout')).exit).toBe(255)
  expect(listWhole(lab.root)).toEqual(before)
  expect((await lab.dv('checkout', '-f')).stdout).toBe('M       data/\nM       f.txt\nlost    data\nlost    f.txt/mine\n')
  expect([lab.read('f.txt'), ...lab.files('data')]).toEqual(['first\n', 'a', 'b', 'sub/c'])
})

test('an object that is missing: the rest is brought, 255 and the name of the output; --allow-missing: 0', async () => {
  await openTracked()
  lab.remove('data', 'f.txt', cached('a'))
  const said = await lab.dv('checkout')
  expect(said.exit).toBe(255)
  expect(said.stdout).toBe('A       data/\nA       f.txt\n')
  expect(said.stderr).toContain('  data\nhint: dv pull data\n')
  expect(lab.files('data')).toEqual(['b', 'sub/c'])
  expect(await lab.dv('checkout', '--allow-missing')).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect((await lab.dv('checkout', '--summary')).stdout).toBe('No changes.\n')
})

test('a changed file whose old version is missing is not lost, and not said to be', async () => {
  await openTracked()
  lab.write('data/a', 'mine')
  lab.remove(cached('a'))
  const said = await lab.dv('checkout', '-f')
  expect(said).toMatchObject({ exit: 255, stdout: '' })
  expect(lab.read('data/a')).toBe('mine')
})

test('a list that is missing: 255, and nothing of that output is touched', async () => {
  await openTracked()
  const id = /md5: (\w\w)(\w+\.dir)/.exec(lab.read('data.dvc')) ?? []
  lab.remove(`.dvc/cache/files/md5/${id[1]}/${id[2]}`, 'data/a')
  lab.write('data/mine', 'mine')
  expect((await lab.dv('checkout')).exit).toBe(255)
  expect(lab.files('data')).toEqual(['b', 'mine', 'sub/c'])
})

test('an empty tracked folder is made, and kept', async () => {
  await openTracked()
  mkdirSync(join(lab.root, 'empty'))
  await expectDone(lab.dv('add', '-q', 'empty'))
  lab.remove('empty')
  expect((await lab.dv('checkout')).stdout).toBe('A       empty/\n')
  expect(readdirSync(join(lab.root, 'empty'))).toEqual([])
  lab.write('empty/saved', 'a')
  expect((await lab.dv('checkout')).stdout).toBe('M       empty/\n')
  expect(readdirSync(join(lab.root, 'empty'))).toEqual([])
})

test('an executable file gets its bit, its owner’s only', async () => {
  await openTracked()
  lab.write('run.sh', '#!/bin/sh\n')
  chmodSync(join(lab.root, 'run.sh'), 0o755)
  await expectDone(lab.dv('add', '-q', 'run.sh'))
  lab.remove('run.sh')
  await expectDone(lab.dv('checkout', 'run.sh'))
  expect(statSync(join(lab.root, 'run.sh')).mode & 0o777).toBe(0o744)
})

test('--relink makes links as cache.type says, and copies again', async () => {
  await openTracked()
  const linksOf = (path: string): number => statSync(join(lab.root, path)).nlink
  await expectDone(lab.dv('config', 'cache.type', 'hardlink,copy'))
  expect((await lab.dv('checkout')).stdout).toBe('')
  expect(linksOf('data/a')).toBe(1)
  expect((await lab.dv('checkout', '--relink')).stdout).toBe('M       data/\nRelinked successfully\n')
  expect([linksOf('data/a'), linksOf('f.txt')]).toEqual([2, 2])
  await expectDone(lab.dv('config', '-u', 'cache.type'))
  await expectDone(lab.dv('checkout', '--relink'))
  expect(linksOf('data/a')).toBe(1)
  expect(statSync(join(lab.root, 'data/a')).mode & 0o200).toBe(0o200)
})

/** Writes through a hard link into the cache, as an editor that is forced to does. */
function writeThrough(path: string, content: string): void {
  chmodSync(join(lab.root, path), 0o644)
  lab.write(path, content)
}

async function openHardlinked(): Promise<void> {
  await openTracked()
  await expectDone(lab.dv('push', '-q'))
  await expectDone(lab.dv('config', 'cache.type', 'hardlink,copy'))
  await expectDone(lab.dv('checkout', '-q', '--relink'))
}

test('a hard link that was written to: status sees it, checkout refuses, the damaged object is set aside and named', async () => {
  await openHardlinked()
  writeThrough('data/a', 'edited')
  expect((await lab.dv('status', '--json')).stdout).toBe('{"data.dvc":[{"changed outs":{"data":"modified"}}]}\n')
  expect((await lab.dv('checkout')).exit).toBe(255)
  expect(lab.read('data/a')).toBe('edited')
  const forced = await lab.dv('checkout', '-f')
  expect(forced.exit).toBe(255)
  expect(forced.stderr).toContain('object 0cc175b9c0f1b6a831c399e269772661 in the cache was damaged and is set aside as')
  expect(lab.read('.dvc/cache/.dv/damaged/0cc175b9c0f1b6a831c399e269772661')).toBe('edited')
  expect(lab.has(cached('a'))).toBe(false)
  expect(lab.read('data/a')).toBe('edited')
  await expectDone(lab.dv('pull', '-f'))
  expect([lab.read('data/a'), lab.read(cached('a'))]).toEqual(['a', 'a'])
})

test('a hard link that was written to can be added: both versions are whole afterwards', async () => {
  await openHardlinked()
  writeThrough('data/a', 'edited')
  const said = await expectDone(lab.dv('add', 'data'))
  expect(said.stderr).toContain('object 0cc175b9c0f1b6a831c399e269772661 in the cache is damaged')
  expect((await lab.dv('status', '-q')).exit).toBe(0)
  lab.git('checkout', '-q', 'data.dvc')
  await expectDone(lab.dv('pull'))
  expect(lab.read('data/a')).toBe('a')
})

test('data whose pointer is not in this commit goes when dv put it there and it is unchanged', async () => {
  await openTracked()
  lab.write('more/1', '1')
  lab.write('n.txt', 'n')
  await expectDone(lab.dv('add', '-q', 'more', 'n.txt'))
  lab.commit('two')
  lab.git('checkout', '-q', 'v1')
  const before = listWhole(lab.root)
  expect((await lab.dv('checkout', '--dry-run')).stdout).toContain('D       more/\nD       n.txt\n')
  expect(listWhole(lab.root)).toEqual(before)
  expect((await lab.dv('checkout')).stdout).toBe('D       more/\nD       n.txt\n')
  expect([lab.has('more'), lab.has('n.txt')]).toEqual([false, false])
  lab.git('checkout', '-q', 'main')
  expect((await lab.dv('checkout')).stdout).toBe('A       more/\nA       n.txt\n')
})

test('data whose pointer is not in this commit stays when it was changed, and is named', async () => {
  await openTracked()
  lab.write('more/1', '1')
  await expectDone(lab.dv('add', '-q', 'more'))
  lab.commit('two')
  lab.write('more/2', 'mine')
  lab.git('checkout', '-q', 'v1')
  const said = await lab.dv('checkout')
  expect(said).toMatchObject({ exit: 0, stdout: '' })
  expect(said.stderr).toContain('WARNING: more is not tracked at this commit and was changed')
  expect(lab.files('more')).toEqual(['1', '2'])
})

test('data whose pointer is not in this commit stays when the cache has not all of it, and with a target', async () => {
  await openTracked()
  lab.write('n.txt', 'b')
  lab.write('m.txt', 'm')
  await expectDone(lab.dv('add', '-q', 'n.txt', 'm.txt'))
  lab.commit('two')
  lab.git('checkout', '-q', 'v1')
  await expectDone(lab.dv('checkout', 'data'))
  expect(lab.has('m.txt')).toBe(true)
  lab.remove(cached('b'))
  await expectDone(lab.dv('checkout', '--allow-missing'))
  expect([lab.has('n.txt'), lab.has('m.txt')]).toEqual([true, false])
})

test('nothing is written through a link that leaves the repository', async () => {
  await openTracked()
  const elsewhere = join(lab.outside, 'elsewhere')
  mkdirSync(elsewhere)
  lab.write('deep/in/x', 'x')
  await expectDone(lab.dv('add', '-q', 'deep/in/x'))
  lab.remove('deep/in', 'data')
  symlinkSync(elsewhere, join(lab.root, 'deep/in'))
  symlinkSync(elsewhere, join(lab.root, 'data'))
  const pointer = lab.git('hash-object', 'data.dvc')
  const said = await lab.dv('checkout', '-f')
  expect(said.exit).not.toBe(0)
  expect(said.stderr).not.toContain('bug in dv')
  expect(readdirSync(elsewhere)).toEqual([])
  expect(lab.git('hash-object', 'data.dvc')).toBe(pointer)
})
