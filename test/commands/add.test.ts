/** dv add: what it writes, what it refuses, and that a refused add changes nothing. The bytes are held against DVC's in golden-add.test.ts. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone, filesBelow, openLab } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { cached, openReadyLab, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const openTracked = async (): Promise<void> => {
  lab = await openTrackedLab()
}
const openReady = async (): Promise<void> => {
  lab = await openReadyLab()
}

/** Leaves with `exit`, says `text`, and everything is as it was. */
async function expectRefused(words: readonly string[], { exit = 1, text }: { readonly exit?: number; readonly text: string | RegExp }) {
  const before = listWhole(lab.outside)
  const said = await lab.dv(...words)
  expect(said).toMatchObject({ exit, stdout: '' })
  if (typeof text === 'string') expect(said.stderr).toContain(text)
  else expect(said.stderr).toMatch(text)
  expect(said.stderr).not.toContain('bug in dv')
  expect(listWhole(lab.outside)).toEqual(before)
}

test('a folder: counts, the pointer, the line for git, and what to type next', async () => {
  await openReady()
  lab.write('data/a', 'a')
  lab.write('data/b', 'bb')
  const said = await lab.dv('add', 'data')
  expect(said).toEqual({
    exit: 0,
    stdout: 'data: 2 files, 3 B, new\n\nTo track the changes with git:\n\n\tgit add .gitignore data.dvc\n',
    stderr: '',
  })
  expect(lab.read('data.dvc')).toMatch(/^outs:\n- md5: [0-9a-f]{32}\.dir\n {2}size: 3\n {2}nfiles: 2\n {2}hash: md5\n {2}path: data\n$/)
  expect(lab.read('.gitignore')).toBe('/data\n')
})

test('the same again: unchanged, and git has nothing to add', async () => {
  await openTracked()
  const before = listWhole(lab.root)
  expect(await lab.dv('add', 'data', 'f.txt')).toEqual({
    exit: 0,
    stdout: 'data: 3 files, 3 B, unchanged\nf.txt: 6 B, unchanged\n',
    stderr: '',
  })
  expect(listWhole(lab.root)).toEqual(before)
})

test('a name that the shell would take apart is quoted in the line to type', async () => {
  await openReady()
  lab.write("it's mine", 'x')
  expect((await lab.dv('add', "it's mine")).stdout).toContain("git add .gitignore 'it'\\''s mine.dvc'\n")
})

test('from another folder: names are relative to it', async () => {
  await openReady()
  lab.write('deep/x', 'x')
  const said = await lab.dvIn(join(lab.root, 'deep'), 'add', 'x')
  expect(said.stdout).toBe('x: 1 B, new\n\nTo track the changes with git:\n\n\tgit add .gitignore x.dvc\n')
  expect(lab.read('deep/.gitignore')).toBe('/x\n')
})

test('an absolute path that comes by a symbolic link to the repository', async () => {
  await openReady()
  lab.write('x', 'x')
  symlinkSync(lab.root, join(lab.outside, 'way'))
  expect((await lab.dv('add', join(lab.outside, 'way', 'x'))).exit).toBe(0)
  expect(lab.has('x.dvc')).toBe(true)
})

test('core.autostage stages, and has no hint', async () => {
  await openReady()
  await expectDone(lab.dv('config', 'core.autostage', 'true'))
  lab.write('x', 'x')
  expect((await lab.dv('add', 'x')).stdout).toBe('x: 1 B, new\n')
  expect(lab.git('diff', '--cached', '--name-only')).toBe('.gitignore\nx.dvc\n')
})

test('without git there is nothing to tell git', async () => {
  await openReady()
  const bare = join(lab.outside, 'bare')
  mkdirSync(bare)
  writeFileSync(join(bare, 'x'), 'x')
  await expectDone(lab.dvIn(bare, 'init', '-q', '--no-scm'))
  expect((await lab.dvIn(bare, 'add', 'x')).stdout).toBe('x: 1 B, new\n')
  expect(existsSync(join(bare, '.gitignore'))).toBe(false)
})

test('--json', async () => {
  await openReady()
  lab.write('data/a', 'a')
  expect(JSON.parse((await lab.dv('add', '--json', 'data')).stdout)).toEqual({
    withGit: true,
    staged: false,
    added: [{ name: 'data', pointer: 'data.dvc', state: 'new', size: 1, fileCount: 1, changed: ['data.dvc', '.gitignore'] }],
  })
})

test('--dry-run changes nothing', async () => {
  await openTracked()
  lab.write('x', 'x')
  lab.write('data/new', 'new')
  lab.write('../source', 'source')
  const before = listWhole(lab.outside)
  for (const words of [['x', 'data'], ['data/new'], ['--out', 'y', '../source'], ['--to-remote', '../source'], ['--glob', '*x']]) {
    const said = await lab.dv('add', '--dry-run', ...words)
    expect(said.exit).toBe(0)
    expect(said.stdout).toMatch(/: to be tracked by .*\.dvc\nNothing was changed: this is a dry run\.\n$/)
  }
  expect(listWhole(lab.outside)).toEqual(before)
})

describe('a path inside a tracked folder', () => {
  test('only it is taken', async () => {
    await openTracked()
    lab.write('data/new', 'new')
    lab.write('data/loose', 'loose')
    expect((await lab.dv('add', 'data/new')).stdout).toContain('data/new: 1 file, 3 B, changed\n')
    expect(lab.read('data.dvc')).toContain('nfiles: 4\n')
    expect(lab.has('data/new.dvc')).toBe(false)
  })

  test('several of one folder in one call are all taken', async () => {
    await openTracked()
    for (const name of ['x', 'y', 'sub/z']) lab.write(`data/${name}`, name)
    await expectDone(lab.dv('add', 'data/x', 'data/y', 'data/sub'))
    expect(lab.read('data.dvc')).toContain('nfiles: 6\n')
    expect((await lab.dv('status')).stdout).toBe('Data and pipelines are up to date.\n')
  })

  test('together with the folder itself', async () => {
    await openTracked()
    lab.write('data/x', 'x')
    lab.write('data/y', 'y')
    await expectDone(lab.dv('add', 'data/y', 'data', 'data/x'))
    expect((await lab.dv('status')).stdout).toBe('Data and pipelines are up to date.\n')
  })

  test('one that is gone is taken out', async () => {
    await openTracked()
    lab.remove('data/a')
    await expectDone(lab.dv('add', 'data/a'))
    expect(lab.read('data.dvc')).toContain('nfiles: 2\n')
    expect(lab.read('data.dvc')).not.toContain('size:')
    expect((await lab.dv('status')).stdout).toBe('Data and pipelines are up to date.\n')
  })

  test('one that never was is refused', async () => {
    await openTracked()
    await expectRefused(['add', 'data/nosuch'], { text: "'data/nosuch' does not exist, here or in the tracked folder" })
  })

  test('without the list of the folder, here or on the remote', async () => {
    await openTracked()
    lab.remove(cached('data'))
    lab.write('data/new', 'new')
    await expectRefused(['add', 'data/new'], { text: "the list of files of 'data' is neither in the cache nor on 'stor'" })
  })
})

describe('several targets', () => {
  test('each has its own pointer; the same one twice counts once', async () => {
    await openReady()
    lab.write('x', 'x')
    lab.write('y', 'y')
    expect((await lab.dv('add', 'x', 'y', './x')).stdout).toMatch(/^x: 1 B, new\ny: 1 B, new\n\n/)
  })

  test('one that cannot be added: none is', async () => {
    await openReady()
    lab.write('x', 'x')
    await expectRefused(['add', 'x', 'nosuch'], { text: "'nosuch' does not exist" })
  })

  test.each([
    ['z', 'z/1'],
    ['z/1', 'z'],
  ])('two that overlap are refused: %s %s', async (first, second) => {
    await openReady()
    lab.write('z/1', '1')
    await expectRefused(['add', first, second], { text: "'z/1' lies in 'z'" })
  })
})

describe('--glob', () => {
  test('a pointer for each match', async () => {
    await openReady()
    for (const name of ['raw/1.csv', 'raw/2.csv', 'raw/deep/3.csv', 'raw/x.txt', 'raw/.hidden.csv']) lab.write(name, name)
    expect((await lab.dv('add', '--glob', 'raw/*.csv')).stdout).toMatch(/^raw\/1\.csv: .*\nraw\/2\.csv: .*\n\n/)
    expect((await lab.dv('add', '--glob', 'raw/**/[!1-2].csv')).stdout).toMatch(/^raw\/deep\/3\.csv: .*\n\n/)
  })

  test('no match is refused', async () => {
    await openReady()
    await expectRefused(['add', '--glob', 'glob*'], { text: "the pattern 'glob*' matches nothing" })
  })

  test('without it a star is a name', async () => {
    await openReady()
    lab.write('*', 'star')
    lab.write('x', 'x')
    await expectDone(lab.dv('add', '*'))
    expect([lab.has('*.dvc'), lab.has('x.dvc')]).toEqual([true, false])
    expect(lab.read('.gitignore')).toBe('/\\*\n')
  })
})

describe('--no-commit', () => {
  test('writes the pointer and leaves the cache alone; a later add fills it', async () => {
    await openReady()
    lab.write('x', 'x')
    await expectDone(lab.dv('add', '--no-commit', 'x'))
    expect(lab.files('.dvc/cache/files')).toEqual([])
    expect((await lab.dv('status', '--json')).stdout).toBe('{"x.dvc":[{"changed outs":{"x":"not in cache"}}]}\n')
    await expectDone(lab.dv('add', 'x'))
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  })

  test('a checkout does not take the only copy', async () => {
    await openReady()
    lab.write('x', 'x')
    await expectDone(lab.dv('add', '--no-commit', 'x'))
    lab.write('x', 'changed')
    expect((await lab.dv('checkout')).exit).toBe(255)
    expect(lab.read('x')).toBe('changed')
  })
})

describe('links', () => {
  const linksOf = (path: string): number => statSync(join(lab.root, path)).nlink

  test('cache.type = hardlink: one copy on the disk', async () => {
    await openReady()
    await expectDone(lab.dv('config', 'cache.type', 'hardlink,copy'))
    lab.write('data/a', 'a')
    await expectDone(lab.dv('add', 'data'))
    expect([linksOf('data/a'), (statSync(join(lab.root, 'data/a')).mode & 0o777).toString(8)]).toEqual([2, '444'])
  })

  test('--no-relink leaves the files as they are', async () => {
    await openReady()
    await expectDone(lab.dv('config', 'cache.type', 'symlink'))
    lab.write('x', 'x')
    await expectDone(lab.dv('add', '--no-relink', 'x'))
    expect(statSync(join(lab.root, 'x')).mode & 0o200).toBe(0o200)
    expect(lab.git('check-ignore', 'x')).toBe('x\n')
  })
})

describe('--out', () => {
  test('tracks a copy; the source stays', async () => {
    await openReady()
    lab.write('../source/1', '1')
    lab.write('../source/deep/2', '2')
    expect((await lab.dv('add', '-o', 'copy', '../source')).stdout).toMatch(/^copy: 2 files, 2 B, new\n/)
    expect([...lab.files('copy'), ...lab.files('../source')]).toEqual(['1', 'deep/2', '1', 'deep/2'])
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  })

  test('into a tracked folder: one more file of it', async () => {
    await openTracked()
    lab.write('../source', 'source')
    await expectDone(lab.dv('add', '-o', 'data/source', '../source'))
    expect(lab.read('data.dvc')).toContain('nfiles: 4\n')
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  })

  test('what is there is replaced with --force only', async () => {
    await openTracked()
    lab.write('../source', 'source')
    await expectRefused(['add', '-o', 'f.txt', '../source'], { text: "'f.txt' exists already" })
    expect((await lab.dv('add', '-f', '-o', 'f.txt', '../source')).stdout).toMatch(/^f\.txt: 6 B, changed\n/)
    expect(lab.read('f.txt')).toBe('source')
  })

  test.each([
    ['outside of the repository', ['-o', '../elsewhere', '../source'], "'../elsewhere' lies outside of the repository"],
    ['into a folder that is not there', ['-o', 'no/such/x', '../source'], 'hint: mkdir -p no/such'],
    ['a source that is not there', ['-o', 'x', '../nosuch'], "'../nosuch' does not exist"],
    ['two sources', ['-o', 'x', '../source', 'f.txt'], '--out takes one target, not 2'],
    ['with --glob', ['--glob', '-o', 'x', '../sour*'], 'do not go together'],
    ['with --no-commit', ['--no-commit', '-o', 'x', '../source'], 'do not go together'],
    ['a path that git tracks', ['-f', '-o', '.dvcignore', '../source'], '.dvcignore'],
    ['into .dvc', ['-o', '.dvc/x', '../source'], 'belongs to git or to dv itself'],
    ['a name that is a pointer', ['-o', 'x.dvc', '../source'], 'is a pointer or pipeline file'],
    ['around its source', ['-o', 'data/inner', 'data'], "lies in 'data' itself"],
    ['a URL of a kind that is not known', ['-o', 'x', 'ftp://host/x'], 'Unsupported URL type ftp://'],
  ])('refused: %s', async (_, words, text) => {
    await openTracked()
    lab.write('../source', 'source')
    await expectRefused(['add', ...words], { text })
  })

  test('a copy that cannot be added is taken away, and what --force replaced comes back', async () => {
    await openTracked()
    lab.write('../source/.dvcignore', '*.log\n')
    const before = listWhole(lab.root)
    for (const words of [
      ['-o', 'copy'],
      ['-f', '-o', 'f.txt'],
    ]) {
      const said = await lab.dv('add', ...words, '../source')
      expect(said.exit).not.toBe(0)
      expect(said.stderr).toContain('.dvcignore')
    }
    expect(listWhole(lab.root).filter(line => !line.includes('.dvc/cache'))).toEqual(before.filter(line => !line.includes('.dvc/cache')))
  })
})

describe('--to-remote', () => {
  test('sends, writes the pointer, keeps nothing here; a pull brings it', async () => {
    await openReady()
    lab.write('../source/1', '1')
    lab.write('../source/2', '2')
    expect((await lab.dv('add', '--to-remote', '-o', 'big', '../source', '--remote-jobs', '2')).stdout).toMatch(/^big: 2 files, 2 B, new\n/)
    expect([lab.has('big'), lab.files('.dvc/cache/files'), filesBelow(join(lab.outside, 'remote')).length]).toEqual([false, [], 3])
    await expectDone(lab.dv('pull'))
    expect(lab.files('big')).toEqual(['1', '2'])
  })

  test('again after the source changed: the pointer is updated', async () => {
    await openReady()
    lab.write('../source', 'one')
    await expectDone(lab.dv('add', '--to-remote', '../source'))
    lab.write('../source', 'two')
    expect((await lab.dv('add', '--to-remote', '../source')).stdout).toMatch(/^source: 3 B, changed\n/)
  })

  test('-r chooses the remote', async () => {
    await openReady()
    await expectDone(lab.dv('remote', 'add', 'other', '../other'))
    lab.write('../source', 'x')
    await expectDone(lab.dv('add', '--to-remote', '-r', 'other', '../source'))
    expect([existsSync(join(lab.outside, 'other/files')), existsSync(join(lab.outside, 'remote'))]).toEqual([true, false])
  })

  test.each([
    ['no such remote', ['--to-remote', '-r', 'nosuch', '../source'], { text: "remote 'nosuch' doesn't exist" }],
    ['outside of the repository', ['--to-remote', '-o', '../x', '../source'], { text: 'outside of the repository' }],
    ['in a tracked folder', ['--to-remote', '-o', 'data/x', '../source'], { text: 'tracked folder' }],
    ['-r without it', ['-r', 'stor', 'f.txt'], { text: '--remote and --remote-jobs are for --to-remote only' }],
  ])('refused: %s', async (_, words, expected) => {
    await openTracked()
    lab.write('../source', 'source')
    await expectRefused(['add', ...words], expected)
  })
})

describe('refused, and nothing changes', () => {
  test.each([
    ['what is not there', ['nosuch'], "'nosuch' does not exist"],
    ['outside of the repository', ['../outside.txt'], 'hint: dv add --out outside.txt ../outside.txt'],
    ['a pointer', ['data.dvc'], "'data.dvc' is a pointer or pipeline file"],
    ['the repository', ['.'], 'the repository itself cannot be tracked'],
    ['something of dv', ['.dvc/config'], 'belongs to git or to dv itself'],
    ['something of git', ['.git'], 'belongs to git or to dv itself'],
    ['a folder with an output in it', ['top'], "'top/in/f' in it is tracked already"],
    ['what git tracks', ['README.md'], 'README.md'],
    ['what .dvcignore ignores', ['x.log'], '.dvcignore:4: *.log'],
    ['a repository in the repository', ['nested'], "'nested' belongs to a repository of its own"],
    ['a file behind a link to a folder', ['way/1'], "'way/1' lies behind a symbolic link"],
    ['a link to a folder', ['way'], "'way' is a symbolic link to a folder"],
    ['a name with a pointer of something else beside it', ['taken'], 'taken.dvc is there already'],
  ])('%s', async (_, targets, text) => {
    await openTracked()
    lab.write('README.md', 'ours')
    lab.write('top/in/f', 'f')
    await expectDone(lab.dv('add', '-q', 'top/in/f'))
    lab.commit('more')
    lab.write('.dvcignore', '# a\n# b\n# c\n*.log\n')
    lab.write('x.log', 'x')
    lab.write('taken', 'taken')
    lab.write('taken.dvc', lab.read('f.txt.dvc').replace('path: f.txt', 'path: other'))
    lab.write('plain/1', '1')
    lab.write('nested/.dvc/config', '')
    symlinkSync('plain', join(lab.root, 'way'))
    writeFileSync(join(lab.outside, 'outside.txt'), 'x')
    await expectRefused(['add', ...targets], { text })
  })

  test('a link to nothing, alone and in a folder', async () => {
    await openReady()
    symlinkSync('nowhere', join(lab.root, 'broken'))
    await expectRefused(['add', 'broken'], { text: 'symbolic link to nothing' })
    lab.write('data/fine', 'fine')
    symlinkSync('nowhere', join(lab.root, 'data/broken'))
    const said = await lab.dv('add', 'data')
    expect(said.exit).not.toBe(0)
    expect(said.stderr).toContain('data/broken')
    expect([lab.has('data.dvc'), lab.has('.gitignore')]).toEqual([false, false])
  })

  test('an unreadable pointer anywhere', async () => {
    await openReady()
    lab.write('x', 'x')
    lab.write('deep/bad.dvc', 'outs:\n- path: x\n  unknown: 1\n')
    await expectRefused(['add', 'x'], { text: 'deep/bad.dvc' })
  })

  test('no target, an unknown flag', async () => {
    await openReady()
    await expectRefused(['add'], { exit: 254, text: "missing required argument 'targets'\nusage: dv add" })
    await expectRefused(['add', '--nosuch', 'x'], { exit: 254, text: "unknown option '--nosuch'" })
  })

  test('outside of a repository', async () => {
    await openReady()
    expect((await lab.dvIn(lab.outside, 'add', 'x')).exit).toBe(253)
  })
})

test('a name with control characters is shown without them', async () => {
  await openReady()
  lab.write('red\u001b[31m', 'x')
  const said = await lab.dv('add', 'red\u001b[31m')
  expect(said.exit).toBe(0)
  expect(said.stdout).toContain('red\\u001b[31m: 1 B, new')
  expect(said.stdout).not.toContain('\u001b')
  expect((await lab.dv('add', 'nosuch\u001b[31m')).stderr).not.toContain('\u001b')
})

test('a pointer keeps its comments and foreign keys when the data changes', async () => {
  await openTracked()
  const text = lab.read('f.txt.dvc')
  lab.write('f.txt.dvc', `# ours\n${text}desc: the first file\nmeta:\n  key: value # kept\n`)
  lab.write('f.txt', 'second\n')
  await expectDone(lab.dv('add', 'f.txt'))
  const now = lab.read('f.txt.dvc')
  expect(now).toMatch(/^# ours\nouts:\n- md5: /)
  expect(now).toContain('size: 7\n')
  expect(now).toMatch(/desc: the first file\nmeta:\n {2}key: value # kept\n$/)
})

test('an executable file', async () => {
  await openReady()
  lab.write('run.sh', '#!/bin/sh\n')
  chmodSync(join(lab.root, 'run.sh'), 0o755)
  await expectDone(lab.dv('add', 'run.sh'))
  expect(lab.read('run.sh.dvc')).toContain('  isexec: true\n  hash: md5\n')
})

test('objects are read-only and whole', async () => {
  await openTracked()
  expect(readFileSync(join(lab.root, cached('a')), 'utf8')).toBe('a')
  expect((statSync(join(lab.root, cached('a'))).mode & 0o777).toString(8)).toBe('444')
})

test('a repository without a remote, and before the first commit', async () => {
  const fresh = await openLab()
  lab = { ...fresh, remove: () => {}, commit: () => {}, clone: () => '' }
  await expectDone(fresh.dv('init', '-q'))
  fresh.write('x', 'x')
  expect((await fresh.dv('add', 'x')).exit).toBe(0)
})
