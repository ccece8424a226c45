/** dv cp: lists of data sets, with and without their files. */
import { lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { type AbsentLab, openAbsentLab } from './absent-lab.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

describe('of data that is not here', () => {
  let lab: AbsentLab
  afterEach(() => lab.close())

  test('between data sets: two lists to fetch, one to push, and a pull gets the right files', async () => {
    lab = await openAbsentLab()
    const said = await lab.dv('cp', 'data/cats/0000.jpg', 'data/dogs', 'more')
    expect(said).toEqual({
      exit: 0,
      stdout: 'more: 101 files added; 102 files in all\n\nTo track the changes with git:\n\n\tgit add more.dvc\n',
      stderr: '',
    })
    expect(lab.requests()).toEqual({ get: 2 })
    expect((await lab.dv('push')).stdout).toMatch(/^1 file pushed/)
    expect(lab.requests()['put']).toBe(1)
    const pulled = await lab.pulled('more')
    expect(Object.keys(pulled)).toHaveLength(102)
    expect([pulled['labels.csv'], pulled['0000.jpg'], pulled['dogs/0199.jpg']]).toEqual(['labels', 'image 0', 'image 199'])
  })

  test('a whole data set into a folder of another; nothing here is made', async () => {
    lab = await openAbsentLab()
    await expectDone(lab.dv('cp', '-q', 'more', 'data/labels/'))
    await expectDone(lab.dv('push', '-q'))
    expect(await lab.pulled('data')).toMatchObject({ 'labels/more/labels.csv': 'labels' })
    expect(listWhole(lab.root).filter(line => / (data|more)\//.test(line))).toEqual([])
  })

  test('--glob is answered by the list', async () => {
    lab = await openAbsentLab()
    expect((await lab.dv('cp', '--glob', 'data/*/000[0-3].jpg', 'more/few/')).stdout).toContain('more: 4 files added')
    expect((await lab.dv('cp', '--glob', 'data/c*', 'more/')).stdout).toContain('more: 100 files added')
    const said = await lab.dv('cp', '--glob', 'data/nosuch*', 'more/')
    expect([said.exit, said.stderr]).toEqual([1, expect.stringContaining("the pattern 'data/nosuch*' matches nothing in 'data'")])
  })

  test('to a data set on another remote the objects come first, and its push sends them', async () => {
    lab = await openAbsentLab()
    await expectDone(lab.dv('remote', 'add', 'backup', join(lab.outside, 'backup')))
    lab.write('third/x', 'x')
    await expectDone(lab.dv('add', '-q', 'third'))
    writeFileSync(join(lab.root, 'third.dvc'), `${lab.read('third.dvc')}  remote: backup\n`)
    await expectDone(lab.dv('cp', 'data/cats/0000.jpg', 'third/'))
    expect((await lab.dv('push')).stdout).toMatch(/^3 files pushed/)
    expect(filesBelow(join(lab.outside, 'backup/files'))).toHaveLength(3)
  })

  test('what no remote has any more is told before anything is changed', async () => {
    lab = await openAbsentLab()
    await expectDone(lab.dv('remote', 'add', 'backup', join(lab.outside, 'backup')))
    lab.write('third/x', 'x')
    await expectDone(lab.dv('add', '-q', 'third'))
    writeFileSync(join(lab.root, 'third.dvc'), `${lab.read('third.dvc')}  remote: backup\n`)
    for (const key of lab.server.shelf.keys('lab')) if (!key.endsWith('.dir')) lab.server.shelf.delete('lab', key)
    const before = lab.read('third.dvc')
    const said = await lab.dv('cp', 'data/cats/0000.jpg', 'third/')
    expect([said.exit, said.stderr]).toEqual([
      1,
      expect.stringContaining("1 file, 'data/cats/0000.jpg' among them, is neither in the cache nor"),
    ])
    expect(lab.read('third.dvc')).toBe(before)
  })

  test('--dry-run keeps nothing, not even the list', async () => {
    lab = await openAbsentLab()
    const before = listWhole(lab.root)
    const said = await lab.dv('cp', '--dry-run', 'data/cats', 'more/')
    expect(said).toMatchObject({ exit: 0, stdout: 'more: 100 files added; 101 files in all\nNothing was changed: this is a dry run.\n' })
    expect(listWhole(lab.root)).toEqual(before)
  })
})

describe('of data that is here', () => {
  let lab: TrackedLab
  afterEach(() => lab.close())
  const nfiles = (): string | undefined => /nfiles: (\d+)/.exec(lab.read('data.dvc'))?.[1]

  test('files follow, sizes count up, and status has nothing to say', async () => {
    lab = await openTrackedLab()
    const said = await lab.dv('cp', '--json', 'data/a', 'f.txt', 'data/sub', 'data/deep/new/')
    expect(JSON.parse(said.stdout)).toEqual({
      edited: [{ name: 'data', pointer: 'data.dvc', added: 3, removed: 0, replaced: 0, fileCount: 6, size: 11 }],
      lost: [],
      changed: ['data.dvc'],
      withGit: true,
      staged: false,
      dryRun: false,
    })
    expect(lab.files('data')).toEqual(['a', 'b', 'deep/new/a', 'deep/new/f.txt', 'deep/new/sub/c', 'sub/c'])
    expect(lab.read('data/deep/new/f.txt')).toBe('first\n')
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
    expect(nfiles()).toBe('6')
  })

  test('a new name; the same again is nothing new', async () => {
    lab = await openTrackedLab()
    await expectDone(lab.dv('copy', 'data/a', 'data/b.txt'))
    expect(lab.read('data/b.txt')).toBe('a')
    expect((await lab.dv('cp', 'data/a', 'data/b.txt')).stdout).not.toContain('git add')
    expect(nfiles()).toBe('4')
  })

  test('with hardlinks', async () => {
    lab = await openTrackedLab()
    await expectDone(lab.dv('config', 'cache.type', 'hardlink'))
    await expectDone(lab.dv('cp', 'data/sub', 'data/other'))
    expect(lstatSync(join(lab.root, 'data/other/c')).nlink).toBeGreaterThan(1)
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  })

  test('a file that the cache has lost is kept there again', async () => {
    lab = await openTrackedLab()
    lab.remove(cached('a'))
    await expectDone(lab.dv('cp', 'data/a', 'data/z'))
    expect(lab.has(cached('a'))).toBe(true)
    expect(lab.read('data/z')).toBe('a')
  })

  test('a name that is taken: refused, and replaced with --overwrite', async () => {
    lab = await openTrackedLab()
    await expectUnchanged(
      ['cp', 'data/a', 'data/b'],
      'data/b is there already, with other content\n\nhint: the same command with --overwrite',
    )
    expect((await lab.dv('cp', '--overwrite', 'data/a', 'data/b')).stdout).toContain('data: 1 file replaced; 3 files, 3 B in all')
    expect([lab.read('data/a'), lab.read('data/b')]).toEqual(['a', 'a'])
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  })

  test('a loose file in the way is lost to nobody', async () => {
    lab = await openTrackedLab()
    lab.write('data/z', 'loose')
    await expectUnchanged(['cp', 'data/a', 'data/z'], '1 file would be lost, being neither in the cache nor in git:\n  data/z')
    const said = await lab.dv('cp', '--force', 'data/a', 'data/z')
    expect(said.stdout).toContain('lost: data/z\n')
    expect(lab.read('data/z')).toBe('a')
  })

  test.each([
    [['cp', 'data/nosuch', 'data/x'], "'data/nosuch' is not in the data set 'data'"],
    [['cp', 'nosuch', 'data/x'], "'nosuch' does not exist"],
    [['cp', 'data/a', 'elsewhere'], "'elsewhere' lies in no data set"],
    [['cp', 'data/a', 'f.txt'], "'f.txt' is a data set of one file"],
    [['cp', 'data/a', 'data/a'], 'are the same'],
    [['cp', 'data/a', 'data/b', 'data/new'], 'several files cannot have its name'],
    [['cp', '--overwrite', 'data/a', 'f.txt', 'data/b'], 'several files cannot have its name'],
    [['cp', '--overwrite', 'data/sub', 'data/a'], 'would lie in what is a file'],
    [['cp', 'data/a', 'data/../../x'], 'lies in no data set'],
    [['cp', 'data/a', 'data/.git/hooks/pre-commit'], "it would write into '.git'"],
    [['cp', 'data/a', 'data/x.tmp'], "'data/x.tmp' is ignored by .dvcignore:1: *.tmp"],
    [['cp', 'data/a', 'data/.dvcignore'], 'a .dvcignore cannot lie inside a data set'],
    [['cp', '--glob', '*', 'data/'], 'has to begin with the name of a data set'],
  ])('%j is refused, and nothing changes', async (words, text) => {
    lab = await openTrackedLab()
    lab.write('.dvcignore', '*.tmp\n')
    await expectUnchanged(words, text)
  })

  test('one path alone is a usage error', async () => {
    lab = await openTrackedLab()
    expect((await lab.dv('cp', 'data/a')).exit).toBe(254)
  })

  test('a source that was changed since: add it, or say that the change is not meant', async () => {
    lab = await openTrackedLab()
    lab.write('data/a', 'changed')
    await expectUnchanged(['cp', 'data/a', 'data/z'], "'data/a' was changed since it was added")
    await expectDone(lab.dv('cp', '--force', 'data/a', 'data/z'))
    expect([lab.read('data/a'), lab.has('data/z'), nfiles()]).toEqual(['changed', false, '4'])
  })

  async function expectUnchanged(words: readonly string[], text: string): Promise<void> {
    const before = listWhole(lab.root)
    const said = await lab.dv(...words)
    expect(said).toMatchObject({ stdout: '' })
    expect([1, 255]).toContain(said.exit)
    expect(said.stderr).toContain(text)
    expect(said.stderr).not.toContain('bug in dv')
    expect(listWhole(lab.root)).toEqual(before)
  }
})
