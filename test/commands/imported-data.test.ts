/** Imported data travels from its source, and nowhere else. */
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

let lab: SourceLab
let clone: string
beforeEach(async () => {
  lab = await openSourceLab()
  await expectDone(lab.dv('import', '-q', '../src', 'data'))
  await expectDone(lab.dv('import', '-q', '../src', 'data/sub', '-o', 'part'))
  await expectDone(lab.dv('import', '-q', '../src', 'code'))
  lab.write('own.txt', 'own\n')
  await expectDone(lab.dv('add', '-q', 'own.txt'))
  lab.commit('imports')
})
afterEach(() => lab.close())

const pushAndClone = async (): Promise<void> => {
  await expectDone(lab.dv('push', '-q'))
  clone = lab.clone()
}
const inClone = (...words: readonly string[]) => lab.dvIn(clone, ...words)
const data = (): readonly string[] => filesBelow(clone).filter(path => /^(data|part|code|own\.txt$)/.test(path) && !path.endsWith('.dvc'))
const all = ['code/c.py', 'code/d.py', 'data/a.txt', 'data/sub/b.txt', 'own.txt', 'part/b.txt']

test('it is not sent to our remote, and status -c does not miss it there', async () => {
  expect((await expectDone(lab.dv('push'))).stdout).toMatch(/^1 file pushed/)
  expect(filesBelow(join(lab.outside, 'remote'))).toHaveLength(1)
  expect(JSON.parse((await lab.dv('status', '-c', '--json')).stdout)).toEqual({})
})

describe('pull in another clone', () => {
  beforeEach(pushAndClone)

  test('takes it from the source as it was then, whatever the source has now', async () => {
    await lab.change({ 'data/a.txt': 'changed\n', 'code/c.py': 'changed\n' })
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    expect((await expectDone(inClone('pull'))).stdout).toContain('6 files added')
    expect(data()).toEqual(all)
    expect(readFileSync(join(clone, 'data/a.txt'), 'utf8')).toBe('one\n')
    expect(readFileSync(join(clone, 'code/c.py'), 'utf8')).toBe('code\n')
    expect((await inClone('status')).stdout).toBe('Data and pipelines are up to date.\n')
    expect((await inClone('pull')).stdout).toBe('Everything is up to date.\n')
    expect((await inClone('push')).stdout).toBe('Everything is up to date.\n')
  })

  test('a part of a folder: only its files', async () => {
    await expectDone(inClone('pull', '-q', 'data/sub'))
    expect(data()).toEqual(['data/sub/b.txt'])
    await expectDone(inClone('pull', '-q', 'code/d.py'))
    expect(data()).toEqual(['code/d.py', 'data/sub/b.txt'])
  })

  test('a dry run tells how much, and keeps nothing', async () => {
    expect((await expectDone(inClone('pull', '--dry-run'))).stdout).toContain('5 files to fetch and 6 files to add')
    expect(data()).toEqual([])
    expect(filesBelow(join(clone, '.dvc/cache'))).toEqual([])
  })

  test('a source that is gone is named, and everything else comes', async () => {
    renameSync(lab.source, `${lab.source}-gone`)
    const { exit, stdout, stderr } = await inClone('pull')
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: 'A       own.txt\n1 file fetched (4 B) and 1 file added\n' })
    expect(stderr).toContain("the source of 'data', data (../src), cannot be used")
    expect(stderr).toContain("hint: write into the pointer of 'code', at url, where its source is now")
    expect(data()).toEqual(['own.txt'])
    expect((await inClone('fetch')).exit).toBe(1)
  })

  test('a damaged object of the source is refused; the others come', async () => {
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    const object = join(lab.outside, 'source-remote/files/md5/5b/bf5a52328e7439ae6e719dfe712200')
    chmodSync(object, 0o644)
    writeFileSync(object, 'ONE\n')
    const { exit, stderr } = await inClone('pull')
    expect(exit).toBe(1)
    expect(stderr).toContain('data/a.txt')
    expect(data()).toEqual(all.filter(path => path !== 'data/a.txt'))
  })

  test('what was added over an import is nobody’s: told as missing', async () => {
    lab.write('code/c.py', 'mine\n')
    await expectDone(lab.dv('add', '-q', 'code'))
    lab.commit('mine')
    lab.git('-C', clone, 'pull', '-q')
    const { exit, stderr } = await inClone('pull', 'code')
    expect(exit).toBe(1)
    expect(stderr).toContain("neither in the cache nor on '../src'")
  })

  test('a relative source is meant from the top, too, so that it is found from wherever one stands', async () => {
    await expectDone(inClone('pull', '-q'))
    rmSync(join(clone, 'data/a.txt'))
    rmSync(join(clone, '.dvc/cache'), { recursive: true })
    await expectDone(lab.dvIn(join(clone, 'data'), 'pull', '-q', '../data.dvc'))
    expect(data()).toEqual(all)
  })
})
