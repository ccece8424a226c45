/** dv get: exactly what was asked for, whole, and over nothing. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { address, openServedLab, type ServedLab } from './served-lab.ts'

let lab: ServedLab
beforeEach(async () => {
  lab = await openServedLab()
})
afterEach(() => lab.end())

const got = (): readonly string[] => filesBelow(lab.elsewhere)
const bytesOf = (path: string): string => readFileSync(join(lab.elsewhere, path), 'utf8')

test('a data set: its list, and each file once', async () => {
  const { stdout } = await expectDone(lab.away('get', address, 'data'))
  expect(stdout).toBe('10 files (70 B)\n')
  expect(got()).toHaveLength(10)
  expect(bytesOf('data/odd/7.txt')).toBe('file 7\n')
  expect(lab.asked()).toEqual(['list', ...Array(10).fill('get')])
})

test('one file, a folder inside a data set, files of git, a single file: only those, and nothing else is asked for', async () => {
  await expectDone(lab.away('get', address, 'data/odd/7.txt', '-o', 'new/folder/seven'))
  expect(lab.asked()).toEqual(['list', 'get'])
  await expectDone(lab.away('get', address, 'data/even', 'model.bin', 'code', '-o', 'several'))
  expect(lab.asked()).toEqual(Array(6).fill('get'))
  expect(got()).toEqual([
    'new/folder/seven',
    'several/code/run.sh',
    ...[0, 2, 4, 6, 8].map(at => `several/even/${at}.txt`),
    'several/model.bin',
  ])
  expect(statSync(join(lab.elsewhere, 'several/code/run.sh')).mode & 0o100).toBe(0o100)
  expect(readFileSync(join(lab.elsewhere, 'several/model.bin'))).toEqual(Buffer.from([0, 255, 10, 13, 128]))
})

test('patterns keep what is below their fixed folder', async () => {
  await expectDone(lab.away('get', address, 'data/*/[1-4].txt'))
  expect(got()).toEqual(['even/2.txt', 'even/4.txt', 'odd/1.txt', 'odd/3.txt'])
  expect(lab.asked()).toEqual(['list', ...Array(4).fill('get')])
  const said = await lab.away('get', address, 'data/*.png')
  expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining("'data/*.png' matches nothing") })
})

test('a sample is the same everywhere, grows with its number, and takes no more requests than files', async () => {
  await expectDone(lab.away('get', address, 'data', '--sample', '3', '-o', 'three'))
  expect(lab.asked()).toEqual(['list', 'get', 'get', 'get'])
  await expectDone(lab.dv('get', '.', 'data', '--sample', '5', '-o', '../elsewhere/five'))
  await expectDone(lab.away('get', address, 'data', '--sample', '3', '--seed', 'other', '-o', 'other'))
  const names = (folder: string) => filesBelow(join(lab.elsewhere, folder))
  expect(names('three')).toHaveLength(3)
  expect(names('five')).toEqual(expect.arrayContaining([...names('three')]))
  expect(names('other')).not.toEqual(names('three'))
})

test('--max-size leaves out whole data sets and files of git', async () => {
  await expectDone(lab.away('get', address, '.', '-o', 'all', '--max-size', '70'))
  expect(filesBelow(join(lab.elsewhere, 'all'))).toEqual(['.gitignore', 'code/run.sh', 'model.bin'])
  expect(await lab.away('get', address, '.', '-o', 'x', '--max-size', 'big')).toMatchObject({ exit: 254 })
})

test('what is in the way stays; --force replaces it, keeps what else is there, and asks only for what differs', async () => {
  await expectDone(lab.away('get', address, 'data'))
  lab.asked()
  writeFileSync(join(lab.elsewhere, 'data/odd/7.txt'), 'mine')
  writeFileSync(join(lab.elsewhere, 'data/mine.txt'), 'mine')
  for (const words of [['data'], ['data/odd/7.txt', '-o', 'data/odd']]) {
    const said = await lab.away('get', address, ...words)
    expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining('already exists locally') })
  }
  expect(bytesOf('data/odd/7.txt')).toBe('mine')
  await expectDone(lab.away('get', '-f', address, 'data', '-o', '.'))
  expect(bytesOf('data/odd/7.txt')).toBe('file 7\n')
  expect(bytesOf('data/mine.txt')).toBe('mine')
  expect(lab.asked()).toEqual(['get'])
})

test('nothing is written through a link in what is replaced', async () => {
  mkdirSync(join(lab.elsewhere, 'data'))
  mkdirSync(join(lab.outside, 'secret'))
  symlinkSync(join(lab.outside, 'secret'), join(lab.elsewhere, 'data/odd'))
  expect(await lab.away('get', '-f', address, 'data')).toMatchObject({ exit: 255, stderr: expect.stringContaining('symlink') })
  expect(readdirSync(join(lab.outside, 'secret'))).toEqual([])
})

test('a file that the storage has not, or has damaged, is named; the others are here', async () => {
  const [missing, damaged] = lab.server.shelf.keys('lab').filter(key => !key.endsWith('.dir')) as [string, string]
  lab.server.shelf.delete('lab', missing)
  lab.server.shelf.put('lab', damaged, { bytes: Buffer.from('wrong') })
  const said = await lab.away('get', address, 'data', 'model.bin')
  expect(said.exit).toBe(1)
  expect(said.stderr).toContain('has another hash')
  expect(said.stderr).toContain(`md5 ${missing.slice(-33).replace('/', '')}`)
  expect(got()).toHaveLength(9)
}, 20_000)

test('--dry-run and --show-url download nothing', async () => {
  expect((await expectDone(lab.away('get', address, 'data', '--dry-run'))).stdout).toContain('10 files to download\n')
  expect((await expectDone(lab.away('get', address, 'data/odd/7.txt', '--show-url'))).stdout).toMatch(
    /^s3:\/\/lab\/store\/files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}\n$/,
  )
  expect(got()).toEqual([])
  expect(await lab.away('get', address, 'code', '--show-url')).toMatchObject({ exit: 255 })
})

test.each([
  [['nosuch'], 255, "there is no 'nosuch'"],
  [['data.dvc'], 1, 'the given path is a DVC file'],
  [['data', '-o', 'x.dvc'], 1, 'the given path is a DVC file'],
  [['../x'], 1, 'outside of the repository'],
  [['data', '--rev', 'nosuch'], 1, 'unknown Git revision'],
  [['data/odd', 'data/odd/1.txt', 'data/even', 'code'], 0, ''],
])('%j: %d', async (words, exit, message) => {
  const said = await lab.away('get', address, ...words)
  expect(said.stderr).toContain(message)
  expect(said.exit).toBe(exit)
  if (exit !== 0) expect(got()).toEqual([])
})

test('a local folder gives its work tree; without its remote, from its cache', async () => {
  lab.write('data/odd/7.txt', 'changed')
  await expectDone(lab.away('get', lab.root, 'data/odd'))
  expect(bytesOf('odd/7.txt')).toBe('changed')
  await expectDone(lab.away('get', lab.root, 'data/odd', '-o', 'committed', '--rev', 'HEAD'))
  expect(bytesOf('committed/7.txt')).toBe('file 7\n')
  expect(lab.asked()).toEqual([])
})
