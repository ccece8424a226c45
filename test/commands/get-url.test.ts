import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openUrlLab, type UrlLab } from './url-lab.ts'

let lab: UrlLab
beforeEach(async () => {
  lab = await openUrlLab()
})
afterEach(() => lab.end())

test('a file, a folder, a page; into a folder that is there; nothing is tracked', async () => {
  await expectDone(lab.dv('get-url', 's3://lab/one.csv'))
  await expectDone(lab.dv('get-url', 's3://lab/d', 'got'))
  await expectDone(lab.dv('get-url', `${lab.web.url}/a.txt`, 'got/s'))
  lab.writeOutside('ext/x', 'x')
  await expectDone(lab.dv('get-url', '../ext'))
  expect(lab.read('one.csv')).toBe('1,2\n')
  expect(lab.files('got')).toEqual(['a.txt', 's/a.txt', 's/b.txt', 's/é +x.txt'])
  expect(lab.files('ext')).toEqual(['x'])
  expect(lab.git('status', '--porcelain', '--', '*.dvc', '.gitignore')).toBe('')
})

test('outside of a repository, and with --json', async () => {
  const said = await expectDone(lab.dvIn(lab.outside, 'get-url', '--json', 's3://lab/d', 'here'))
  expect(JSON.parse(said.stdout)).toEqual({ out: 'here', files: 3, bytes: 14, dryRun: false })
  expect(readFileSync(join(lab.outside, 'here/s/b.txt'), 'utf8')).toBe('bee\n')
})

test('what is there stays without --force; with it, files of the same name are replaced and others kept', async () => {
  lab.write('d/a.txt', 'mine')
  lab.write('d/other', 'mine')
  const said = await lab.dv('get-url', 's3://lab/d', '.')
  expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining("the file 'd' already exists locally") })
  expect(lab.read('d/a.txt')).toBe('mine')
  await expectDone(lab.dv('get-url', '-f', 's3://lab/d', '.'))
  expect(lab.read('d/a.txt')).toBe('hello\n')
  expect(lab.read('d/other')).toBe('mine')
})

test('--force writes through no link, and removes no folder', async () => {
  mkdirSync(join(lab.outside, 'elsewhere'))
  mkdirSync(join(lab.root, 'd'))
  symlinkSync(join(lab.outside, 'elsewhere'), join(lab.root, 'd/s'))
  expect(await lab.dv('get-url', '-f', 's3://lab/d', '.')).toMatchObject({ exit: 1, stderr: expect.stringContaining('is in the way') })
  expect(filesBelow(join(lab.outside, 'elsewhere'))).toEqual([])
  lab.write('one.csv/x', 'mine')
  expect(await lab.dv('get-url', '-f', 's3://lab/one.csv')).toMatchObject({ exit: 1, stderr: expect.stringContaining('it is a folder') })
  expect(lab.read('one.csv/x')).toBe('mine')
})

test('a failure leaves nothing behind', async () => {
  lab.s3.addFault({ operation: 'get', key: 'b.txt', status: 403, code: 'AccessDenied' })
  expect((await lab.dv('get-url', 's3://lab/d')).exit).toBe(1)
  expect(lab.files('.').filter(path => !path.startsWith('.git') && !path.startsWith('.dvc'))).toEqual([])
  const missing = await lab.dv('get-url', 's3://lab/nosuch')
  expect(missing).toMatchObject({ exit: 1, stderr: expect.stringContaining("the path 's3://lab/nosuch' does not exist") })
  expect((await lab.dv('get-url', 'ftp://x/y')).exit).toBe(1)
})

test('--dry-run says how much would come', async () => {
  expect((await expectDone(lab.dv('get-url', '--dry-run', 's3://lab/d'))).stdout).toContain('d: 3 files, 14 B to download\n')
  expect(lab.has('d')).toBe(false)
})
