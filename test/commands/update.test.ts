/** dv update of repository imports, and what status says of their sources. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePointer } from '../../src/format/pointer.ts'
import { hasChangedChecksum } from '../../src/format/pointer-checksum.ts'
import { expectDone } from '../doubles/lab.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

let lab: SourceLab
let first: string
let second: string
beforeEach(async () => {
  lab = await openSourceLab()
  first = lab.git('-C', lab.source, 'rev-parse', 'v1').trim()
  await expectDone(lab.dv('import', '-q', '../src', 'data'))
  await expectDone(lab.dv('import', '-q', '--rev', 'v1', '../src', 'f.txt'))
  await expectDone(lab.dv('import', '-q', '../src', 'code/c.py'))
  lab.commit('imports')
  second = await lab.change({ 'data/new.txt': 'new\n', 'f.txt': 'file 2\n' }, 'v2')
})
afterEach(() => lab.close())

const isWhole = (pointer: string): boolean => !hasChangedChecksum(parsePointer(lab.read(pointer), pointer))
const statusJson = async (...words: readonly string[]): Promise<unknown> =>
  JSON.parse((await expectDone(lab.dv('status', '--json', ...words))).stdout)

test('status asks the sources when it is told to; a branch or tag of its own counts', async () => {
  expect(await statusJson()).toEqual({})
  expect(await statusJson('--no-updates')).toEqual({})
  expect(await statusJson('--updates')).toEqual({
    'data.dvc': [{ 'changed deps': { 'data (../src)': 'update available' } }],
    'c.py.dvc': [{ 'changed deps': { 'code/c.py (../src)': 'update available' } }],
  })
  expect((await lab.dv('status', '--updates', 'data.dvc')).stdout).toBe(
    'data.dvc:\n\tchanged deps:\n\t\tupdate available:   data (../src)\n(use "dv update data.dvc" to import what the source has now)\n',
  )
  expect((await lab.dv('status', '-q', '--updates')).exit).toBe(1)
})

test('what is not frozen is asked each time', async () => {
  await expectDone(lab.dv('unfreeze', 'data.dvc'))
  expect(await statusJson()).toEqual({ 'data.dvc': [{ 'changed deps': { 'data (../src)': 'update available' } }] })
})

test('a source that is gone is named', async () => {
  renameSync(lab.source, `${lab.source}-gone`)
  const { exit, stderr } = await lab.dv('status', '--updates')
  expect(exit).toBe(1)
  expect(stderr).toContain("the source of 'c.py', code/c.py (../src), cannot be used")
  expect(await statusJson()).toEqual({})
})

describe('update', () => {
  test('the newest commit: pointer, data and md5; another time nothing', async () => {
    const before = lab.read('data.dvc')
    expect((await expectDone(lab.dv('update', 'data.dvc'))).stdout).toContain('data (../src) -> data: updated\n')
    expect(lab.files('data')).toEqual(['a.txt', 'new.txt', 'sub/b.txt'])
    const md5 = (text: string): string => /^md5: (.*)\n/.exec(text)?.[1] ?? ''
    const after = before
      .replace(md5(before), md5(lab.read('data.dvc')))
      .replace(first, second)
      .replace(
        '20ad46588e5628537eb822c2583dd63d.dir\n  size: 8\n  nfiles: 2',
        `${/- md5: (.*)\n/.exec(lab.read('data.dvc'))?.[1]}\n  size: 12\n  nfiles: 3`,
      )
    expect(lab.read('data.dvc')).toBe(after)
    expect(isWhole('data.dvc')).toBe(true)
    expect(await statusJson('--updates', 'data.dvc')).toEqual({})
    expect((await lab.dv('update', 'data')).stdout).toBe('data (../src) -> data: as its source has it\n')
    expect(lab.read('data.dvc')).toBe(after)
  })

  test('a path that is the same at the newest commit gets that commit', async () => {
    await expectDone(lab.dv('update', '-q', 'c.py.dvc'))
    expect(lab.read('c.py.dvc')).toContain(`rev_lock: ${second}\n`)
    expect(isWhole('c.py.dvc')).toBe(true)
    expect(lab.read('c.py')).toBe('code\n')
  })

  test('a tag stays, until another one is named', async () => {
    expect((await lab.dv('update', 'f.txt.dvc')).stdout).toContain('as its source has it')
    await expectDone(lab.dv('update', '-q', '--rev', 'v2', 'f.txt.dvc'))
    expect(lab.sourceOf('f.txt.dvc')).toBe(`- path: f.txt\n  repo:\n    url: ../src\n    rev: v2\n    rev_lock: ${second}\n`)
    expect(lab.read('f.txt')).toBe('file 2\n')
    await expectDone(lab.dv('update', '-q', '--rev', 'v1', 'data.dvc'))
    expect(lab.sourceOf('data.dvc')).toBe(`- path: data\n  repo:\n    url: ../src\n    rev_lock: ${first}\n    rev: v1\n`)
    expect(lab.files('data')).toEqual(['a.txt', 'sub/b.txt'])
  })

  test('--no-download: the pointer says the commit alone, and the old data goes; update brings the new', async () => {
    await expectDone(lab.dv('update', '-q', '--no-download', 'data.dvc'))
    expect(lab.read('data.dvc')).toContain(`rev_lock: ${second}\nouts:\n- hash: md5\n  path: data\n`)
    expect(isWhole('data.dvc')).toBe(true)
    expect(lab.has('data')).toBe(false)
    await expectDone(lab.dv('update', '-q', 'data.dvc'))
    expect(lab.files('data')).toEqual(['a.txt', 'new.txt', 'sub/b.txt'])
    expect(lab.read('data.dvc')).toMatch(/outs:\n- hash: md5\n {2}path: data\n {2}md5: [0-9a-f]{32}\.dir\n {2}size: 12\n {2}nfiles: 3\n$/)
  })

  test('what --no-exec has written gets all it lacks', async () => {
    await expectDone(lab.dv('import', '-q', '--no-exec', '../src', 'README', '-o', 'ne'))
    await expectDone(lab.dv('update', '-q', 'ne.dvc'))
    expect(lab.read('ne.dvc')).toMatch(
      /^frozen: true\ndeps:\n(?:.*\n){3} {4}rev_lock: .*\nouts:\n- hash: md5\n {2}path: ne\n {2}md5: c6566f64461986ffe46c913e76644b70\n {2}size: 7\nmd5: .*\n$/,
    )
    expect(lab.read('ne')).toBe('readme\n')
  })

  test('a change that is in no cache is not lost: refused, then given up and told', async () => {
    lab.remove('c.py')
    lab.write('c.py', 'mine\n')
    const { exit, stderr } = await lab.dv('update', 'c.py.dvc', 'data.dvc')
    expect(exit).toBe(1)
    expect(stderr).toContain('1 file would be lost')
    expect(lab.read('c.py')).toBe('mine\n')
    expect(lab.git('diff', '--name-only')).toBe('data.dvc\n')
    expect((await lab.dv('update', '--no-download', 'c.py.dvc')).stderr).toContain('1 file would be lost')
    expect(lab.read('c.py')).toBe('mine\n')
    expect((await expectDone(lab.dv('update', '--force', 'c.py.dvc'))).stdout).toContain('lost    c.py\n')
    expect(lab.read('c.py')).toBe('code\n')
  })

  test('a path that the source has no more: refused, and the old data stays', async () => {
    lab.git('-C', lab.source, 'rm', '-q', 'code/c.py')
    lab.git('-C', lab.source, 'commit', '-qm', 'gone')
    const { exit, stderr } = await lab.dv('update', 'c.py.dvc')
    expect(exit).toBe(1)
    expect(stderr).toContain('there is no "code/c.py" in ../src at ')
    expect(lab.read('c.py')).toBe('code\n')
    expect(lab.git('diff', '--name-only')).toBe('')
  })

  test('a dry run tells, and changes nothing', async () => {
    expect((await lab.dv('update', '--dry-run', 'data.dvc', 'f.txt.dvc')).stdout).toContain(
      '-> data: to be updated\nf.txt (../src) -> f.txt: as its',
    )
    expect(lab.git('diff', '--name-only')).toBe('')
    expect(lab.files('data')).toEqual(['a.txt', 'sub/b.txt'])
  })

  test('-R: all below a folder; what was added is passed over with a word', async () => {
    lab.write('sub/own.txt', 'own\n')
    await expectDone(lab.dv('add', '-q', 'sub/own.txt'))
    await expectDone(lab.dv('import', '-q', '--rev', 'v1', '../src', 'f.txt', '-o', 'sub/g.txt'))
    const { exit, stdout, stderr } = await lab.dv('update', '-R', 'sub')
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'f.txt (../src) -> sub/g.txt: as its source has it\n' })
    expect(stderr).toContain("'sub/own.txt' was not imported")
  })

  test.each([
    [['nosuch.dvc'], "'nosuch.dvc' does not exist"],
    [['-r', 'stor', 'data.dvc'], "--remote can't be used without --to-remote"],
    [['--to-remote', '--no-download', 'data.dvc'], "--to-remote can't be used with --no-download"],
    [['--to-remote', 'data.dvc'], "'data' cannot be updated with --to-remote"],
    [['--rev', 'nosuch', 'data.dvc'], 'unknown Git revision "nosuch"'],
  ] as const)('%j leaves with 1', async (words, said) => {
    const { exit, stderr } = await lab.dv('update', ...words)
    expect(stderr).toContain(said)
    expect(exit).toBe(1)
    expect(lab.git('diff', '--name-only')).toBe('')
  })
})

test('json names what was done', async () => {
  writeFileSync(join(lab.root, 'c.py'), 'mine\n')
  const { exit, stdout } = await lab.dv('update', '--json', 'data.dvc', 'c.py.dvc')
  expect(exit).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    updated: [{ name: 'data', pointer: 'data.dvc', from: 'data (../src)', state: 'updated', lost: [] }],
    failed: [{ name: 'c.py' }],
  })
})
