/** What is shown is what DVC 3.67.1 showed of the same files, sorted; it shows marks of empty folders among files, too. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { openUrlLab, type UrlLab } from './url-lab.ts'

let lab: UrlLab
beforeEach(async () => {
  lab = await openUrlLab()
})
afterEach(() => lab.end())

const shown = async (...words: string[]): Promise<string> => (await expectDone(lab.dv('list-url', ...words))).stdout

test('one level, all levels, some levels', async () => {
  expect(await shown('s3://lab')).toBe('d\none.csv\n')
  expect(await shown('s3://lab/d')).toBe('a.txt\nempty\ns\n')
  expect(await shown('-R', 's3://lab/d')).toBe('a.txt\ns/b.txt\ns/é +x.txt\n')
  expect(await shown('-R', '-L', '2', 's3://lab')).toBe('d/a.txt\nd/empty\nd/s\none.csv\n')
  expect(await shown('-L', '2', 's3://lab')).toBe('d\none.csv\n')
  expect(lab.s3.count('get')).toBe(0)
})

test('sizes, a tree, JSON, and the alias ls-url', async () => {
  expect(await shown('--size', 's3://lab/d')).toBe('6  a.txt\n   empty\n   s\n')
  expect(await shown('-T', 's3://lab/d')).toBe('lab/d\n├── a.txt\n└── s\n    ├── b.txt\n    └── é +x.txt\n')
  const said = await expectDone(lab.dv('ls-url', '--json', 's3://lab/d'))
  expect(JSON.parse(said.stdout)).toEqual([
    { path: 'a.txt', isdir: false, size: 6 },
    { path: 'empty', isdir: true, size: null },
    { path: 's', isdir: true, size: null },
  ])
})

test('a file, a page, a folder of this machine, a remote; outside of a repository', async () => {
  expect(await shown('s3://lab/one.csv')).toBe('lab/one.csv\n')
  expect(await shown(`${lab.web.url}/a.txt`)).toBe(`${lab.web.url}/a.txt\n`)
  lab.writeOutside('ext/s/x', 'x')
  expect(await shown('-R', '../ext')).toBe('s/x\n')
  await expectDone(lab.dv('remote', 'add', 's3r', 's3://lab/d'))
  expect(await shown('remote://s3r/s')).toBe('b.txt\né +x.txt\n')
  expect((await expectDone(lab.dvIn(lab.outside, 'list-url', 's3://lab'))).stdout).toBe('d\none.csv\n')
})

test('nothing there, and a kind that is not known: 255 and 251, as with DVC', async () => {
  expect(await lab.dv('list-url', 's3://lab/nosuch')).toMatchObject({ exit: 255, stderr: expect.stringContaining('does not exist') })
  expect(await lab.dv('list-url', '../nosuch')).toMatchObject({ exit: 255 })
  expect((await lab.dv('list-url', 'ftp://x/y')).exit).toBe(251)
})
