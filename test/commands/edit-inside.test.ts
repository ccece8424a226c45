/** dv mv and dv rm of paths inside data sets, with and without their files. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { type AbsentLab, openAbsentLab } from './absent-lab.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

describe('of data that is not here', () => {
  let lab: AbsentLab
  afterEach(() => lab.close())

  test('rm: one list to fetch, one to push', async () => {
    lab = await openAbsentLab()
    const said = await lab.dv('rm', 'data/cats/0000.jpg', 'data/dogs')
    expect(said).toEqual({
      exit: 0,
      stdout: 'data: 101 files removed; 99 files in all\n\nTo track the changes with git:\n\n\tgit add data.dvc\n',
      stderr: '',
    })
    expect(lab.requests()).toEqual({ get: 1 })
    expect((await lab.dv('push')).stdout).toMatch(/^1 file pushed/)
    expect(lab.requests()['put']).toBe(1)
    const pulled = await lab.pulled('data')
    expect(Object.keys(pulled)).toHaveLength(99)
    expect(pulled['cats/0002.jpg']).toBe('image 2')
  })

  test('mv within: the size is as it was, and other clones find the files under their new names', async () => {
    lab = await openAbsentLab()
    const size = /size: \d+/.exec(lab.read('data.dvc'))?.[0]
    await expectDone(lab.dv('mv', 'data/cats', 'data/felines'))
    expect(lab.read('data.dvc')).toContain(size)
    await expectDone(lab.dv('push', '-q'))
    const pulled = await lab.pulled('data')
    expect([Object.keys(pulled).length, pulled['felines/0000.jpg'], pulled['cats/0000.jpg']]).toEqual([200, 'image 0', undefined])
  })

  test('mv between, by a pattern: both lists', async () => {
    lab = await openAbsentLab()
    const said = await lab.dv('mv', '--glob', 'data/dogs/*', 'more/dogs/')
    expect(said.stdout).toBe(
      'more: 100 files added; 101 files in all\ndata: 100 files removed; 100 files in all\n\nTo track the changes with git:\n\n\tgit add data.dvc more.dvc\n',
    )
    expect((await lab.dv('push')).stdout).toMatch(/^2 files pushed/)
    const pulled = await lab.pulled('more')
    expect([Object.keys(pulled).length, pulled['dogs/0001.jpg']]).toEqual([101, 'image 1'])
  })

  test('the last file of a data set: an empty one', async () => {
    lab = await openAbsentLab()
    await expectDone(lab.dv('rm', '-q', 'more/labels.csv'))
    expect(lab.read('more.dvc')).toContain('md5: d751713988987e9331980363e24189ce.dir\n  nfiles: 0\n')
    await expectDone(lab.dv('push', '-q'))
  })

  test('--dry-run', async () => {
    lab = await openAbsentLab()
    const before = listWhole(lab.root)
    expect((await lab.dv('rm', '--dry-run', 'data/cats')).stdout).toContain('data: 100 files removed; 100 files in all\n')
    expect((await lab.dv('mv', '--dry-run', 'data/cats', 'more/')).stdout).toContain('more: 100 files added; 101 files in all\n')
    expect(listWhole(lab.root)).toEqual(before)
  })
})

describe('of data that is here', () => {
  let lab: TrackedLab
  afterEach(() => lab.close())
  const open = async (): Promise<void> => {
    lab = await openTrackedLab()
  }

  async function expectUnchanged(words: readonly string[], text: string): Promise<void> {
    const before = listWhole(lab.root)
    const said = await lab.dv(...words)
    expect(said).toMatchObject({ stdout: '' })
    expect([1, 255]).toContain(said.exit)
    expect(said.stderr).toContain(text)
    expect(said.stderr).not.toContain('bug in dv')
    expect(listWhole(lab.root)).toEqual(before)
  }
  const isClean = async (): Promise<boolean> => (await lab.dv('status', '--json')).stdout === '{}\n'

  test('rm: the file goes, and comes back with the commit before', async () => {
    await open()
    expect((await lab.dv('rm', 'data/a', 'data/sub/c', 'data/sub')).stdout).toContain('data: 2 files removed; 1 file, 1 B in all')
    expect([lab.files('data'), lab.has('data/sub'), await isClean()]).toEqual([['b'], false, true])
    lab.git('checkout', '-q', 'data.dvc')
    await expectDone(lab.dv('checkout'))
    expect(lab.files('data')).toEqual(['a', 'b', 'sub/c'])
  })

  test('rm: what the cache lacks is not taken without --force', async () => {
    await open()
    lab.remove(cached('a'))
    await expectUnchanged(['rm', 'data/a'], '1 file would be lost, being neither in the cache nor in git:\n  data/a')
    lab.write('data/b', 'changed')
    await expectUnchanged(['rm', 'data/b'], 'data/b')
    expect((await lab.dv('rm', '--force', 'data/a', 'data/b')).stdout).toContain('lost: data/a\nlost: data/b\n')
    expect(lab.files('data')).toEqual(['sub/c'])
  })

  test('rm: what nobody tracks stays', async () => {
    await open()
    lab.write('data/sub/loose', 'loose')
    await expectDone(lab.dv('rm', 'data/sub'))
    expect(lab.files('data')).toEqual(['a', 'b', 'sub/loose'])
  })

  test('rm: all of it; the folder stays, empty', async () => {
    await open()
    await expectDone(lab.dv('rm', 'data/a', 'data/b', 'data/sub'))
    expect([lab.has('data'), lab.files('data'), await isClean()]).toEqual([true, [], true])
  })

  test.each([
    [['rm', 'data/nosuch'], "'data/nosuch' is not in the data set 'data'"],
    [['rm', 'data/a', 'f.txt.dvc'], "'f.txt' is a data set of its own"],
    [['rm', '--glob', 'data/z*'], "the pattern 'data/z*' matches nothing"],
    [['mv', 'data/a', 'data/b'], 'data/b is there already, with other content'],
    [['mv', 'data/a', 'elsewhere'], "'elsewhere' lies in no data set"],
    [['mv', 'data/sub', 'data/sub/deeper/'], 'cannot be moved into itself'],
    [['mv', 'data/a', 'f.txt', 'data/sub/'], "'f.txt' is a data set of its own"],
    [['mv', '--overwrite', 'data/a', 'data/sub/c/x'], 'would lie in what is a file'],
  ])('%j is refused, and nothing changes', async (words, text) => {
    await open()
    await expectUnchanged(words, text)
  })

  test('mv: files follow; a loose one beside them does not', async () => {
    await open()
    lab.write('data/sub/loose', 'loose')
    await expectDone(lab.dv('mv', 'data/sub', 'data/a', 'data/there/'))
    expect(lab.files('data')).toEqual(['b', 'sub/loose', 'there/a', 'there/sub/c'])
    lab.remove('data/sub/loose')
    expect(await isClean()).toBe(true)
  })

  test('mv: of a data set that is here in part, that part', async () => {
    await open()
    lab.remove('data/sub')
    await expectDone(lab.dv('mv', 'data/a', 'data/sub', 'data/there/'))
    expect(lab.files('data')).toEqual(['b', 'there/a'])
    expect(lab.read('data.dvc')).toContain('nfiles: 3')
    await expectDone(lab.dv('checkout'))
    expect(lab.files('data')).toEqual(['b', 'there/a', 'there/sub/c'])
  })

  test('mv: a changed file is not taken for the one that is listed', async () => {
    await open()
    lab.write('data/a', 'changed')
    await expectUnchanged(['mv', 'data/a', 'data/z'], "'data/a' was changed since it was added")
  })

  test('mv: the only copy comes into the cache before it goes anywhere', async () => {
    await open()
    lab.remove(cached('a'))
    await expectDone(lab.dv('mv', 'data/a', 'data/z'))
    expect([lab.files('data'), lab.has(cached('a')), await isClean()]).toEqual([['b', 'sub/c', 'z'], true, true])
  })

  test('mv: between data sets, with --overwrite', async () => {
    await open()
    lab.write('other/a', 'another')
    await expectDone(lab.dv('add', '-q', 'other'))
    await expectUnchanged(['mv', 'data/a', 'other'], 'other/a is there already')
    await expectDone(lab.dv('mv', '--overwrite', 'data/a', 'other'))
    expect([lab.files('data'), lab.read('other/a'), await isClean()]).toEqual([['b', 'sub/c'], 'a', true])
  })

  test('mv: nothing is written through a link that leads elsewhere', async () => {
    await open()
    mkdirSync(join(lab.outside, 'elsewhere'))
    lab.remove('data/sub')
    symlinkSync(join(lab.outside, 'elsewhere'), join(lab.root, 'data/sub'))
    await expectUnchanged(['mv', 'data/a', 'data/sub/a'], 'it is a symlink inside a tracked folder')
  })

  test('--json', async () => {
    await open()
    expect(JSON.parse((await lab.dv('mv', '--json', 'data/a', 'data/z')).stdout)).toMatchObject({
      edited: [{ name: 'data', pointer: 'data.dvc', added: 1, removed: 1, replaced: 0, fileCount: 3, size: 3 }],
      changed: ['data.dvc'],
    })
    expect(JSON.parse((await lab.dv('rm', '--json', 'data/z')).stdout)).toMatchObject({ edited: [{ removed: 1, fileCount: 2, size: 2 }] })
  })

  test('core.autostage', async () => {
    await open()
    await expectDone(lab.dv('config', 'core.autostage', 'true'))
    expect((await lab.dv('rm', 'data/a')).stdout).toBe('data: 1 file removed; 2 files, 2 B in all\n')
    expect(lab.git('diff', '--cached', '--name-only')).toBe('data.dvc\n')
  })
})
