/** dv import: pointers as DVC 3.67.1 writes them. */
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePointer } from '../../src/format/pointer.ts'
import { hasChangedChecksum } from '../../src/format/pointer-checksum.ts'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

let lab: SourceLab
let commit: string
beforeEach(async () => {
  lab = await openSourceLab()
  commit = lab.git('-C', lab.source, 'rev-parse', 'v1').trim()
})
afterEach(() => lab.close())

const dep = (path: string, more = ''): string => `- path: ${path}\n  repo:\n    url: ../src\n${more}    rev_lock: ${commit}\n`
const isWhole = (pointer: string): boolean => !hasChangedChecksum(parsePointer(lab.read(pointer), pointer))

describe('what can be imported', () => {
  test.each([
    ['a data set', 'data', 'data', { 'a.txt': 'one\n', 'sub/b.txt': 'two\n' }, '20ad46588e5628537eb822c2583dd63d.dir'],
    ['a folder of it', 'data/sub', 'sub', { 'b.txt': 'two\n' }, '6ba20b0631630d542c7419f162f0d793.dir'],
    ['a folder of git', 'code', 'code', { 'c.py': 'code\n', 'd.py': '3\n' }, 'ed4b58262e2ab68284f9bde8a9ca6fc0.dir'],
    [
      'both, without pointers',
      '.',
      'all',
      {
        '.gitignore': '/data\n/f.txt\n',
        README: 'readme\n',
        'code/c.py': 'code\n',
        'code/d.py': '3\n',
        'data/a.txt': 'one\n',
        'data/sub/b.txt': 'two\n',
        'f.txt': 'file\n',
      },
      'b404e0f422986f859a03215ed814c557.dir',
    ],
  ])('%s', async (_, path, out, files, id) => {
    await expectDone(lab.dv('import', '-q', '../src', path, '-o', out))
    expect(lab.files(out)).toEqual(Object.keys(files).sort())
    for (const [name, text] of Object.entries(files)) expect(lab.read(`${out}/${name}`)).toBe(text)
    const size = Object.values(files).join('').length
    const md5 = /^md5: (.*)\n/.exec(lab.read(`${out}.dvc`))?.[1]
    expect(lab.read(`${out}.dvc`)).toBe(
      `md5: ${md5}\nfrozen: true\ndeps:\n${dep(path)}outs:\n- md5: ${id}\n  size: ${size}\n  nfiles: ${Object.keys(files).length}\n  hash: md5\n  path: ${out}\n`,
    )
    expect(isWhole(`${out}.dvc`)).toBe(true)
    expect(lab.read('.gitignore')).toContain(`/${out}\n`)
    expect((await expectDone(lab.dv('status'))).stdout).toBe('Data and pipelines are up to date.\n')
  })

  test.each([
    ['a data file', 'f.txt', 'file\n', 'bbe02f946d5455d74616fc9777557c22'],
    ['a file of a data set', 'data/a.txt', 'one\n', '5bbf5a52328e7439ae6e719dfe712200'],
    ['a file of git', 'README', 'readme\n', 'c6566f64461986ffe46c913e76644b70'],
  ])('%s', async (_, path, text, id) => {
    const name = path.split('/').at(-1) ?? ''
    await expectDone(lab.dv('import', '-q', '--rev', 'v1', '../src', path))
    expect(lab.read(name)).toBe(text)
    expect(lab.sourceOf(`${name}.dvc`)).toBe(dep(path, '    rev: v1\n'))
    expect(lab.read(`${name}.dvc`)).toContain(`outs:\n- md5: ${id}\n  size: ${text.length}\n  hash: md5\n  path: ${name}\n`)
    expect(isWhole(`${name}.dvc`)).toBe(true)
  })

  test('the commit counts, not what the source has lying about', async () => {
    writeFileSync(join(lab.source, 'README'), 'not committed\n')
    await lab.change({ 'f.txt': 'second\n' })
    await expectDone(lab.dv('import', '-q', '../src', 'f.txt', '--rev', 'v1'))
    expect(lab.read('f.txt')).toBe('file\n')
  })

  test('objects come from the remote of the source, and are checked', async () => {
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    await expectDone(lab.dv('import', '-q', '../src', 'data'))
    expect(lab.read('data/sub/b.txt')).toBe('two\n')
    const object = join(lab.outside, 'source-remote/files/md5/bb/e02f946d5455d74616fc9777557c22')
    chmodSync(object, 0o644)
    writeFileSync(object, 'FILE\n')
    const { exit, stderr } = await lab.dv('import', '../src', 'f.txt')
    expect(exit).toBe(1)
    expect(stderr).toContain('bbe02f946d5455d74616fc9777557c22 has another hash')
    expect(lab.has('f.txt') || lab.has('f.txt.dvc')).toBe(false)
  })
})

describe('without data', () => {
  test('--no-download notes the commit; --no-exec asks nobody', async () => {
    await expectDone(lab.dv('import', '-q', '--no-download', '../src', 'f.txt', '-o', 'nd'))
    expect(lab.read('nd.dvc')).toMatch(/^md5: .*\nfrozen: true\ndeps:\n(.*\n){4}outs:\n- hash: md5\n {2}path: nd\n$/)
    expect(isWhole('nd.dvc')).toBe(true)
    renameSync(lab.source, `${lab.source}-gone`)
    await expectDone(lab.dv('import', '-q', '--no-exec', '../src', 'f.txt', '-o', 'ne'))
    expect(lab.read('ne.dvc')).toBe('frozen: true\ndeps:\n- path: f.txt\n  repo:\n    url: ../src\nouts:\n- hash: md5\n  path: ne\n')
    expect(lab.read('.gitignore')).toBe('/nd\n/ne\n')
    expect(JSON.parse((await lab.dv('status', '--json')).stdout)).toEqual({
      'nd.dvc': [{ 'changed outs': { nd: 'deleted' } }],
      'ne.dvc': [{ 'changed outs': { ne: 'deleted' } }, 'changed checksum'],
    })
  })

  test('a dry run tells how much, and writes nothing', async () => {
    const { stdout } = await expectDone(lab.dv('import', '--dry-run', '../src', 'data'))
    expect(stdout).toMatch(/^data: 2 files/)
    expect(lab.has('data') || lab.has('data.dvc') || lab.has('.gitignore')).toBe(false)
    expect(filesBelow(join(lab.root, '.dvc/cache'))).toEqual([])
  })
})

describe('settings for the source', () => {
  beforeEach(() => renameSync(join(lab.outside, 'source-remote'), join(lab.outside, 'moved')))
  const read = async (...words: readonly string[]): Promise<string> => {
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    await expectDone(lab.dv('import', '-q', '../src', 'f.txt', ...words))
    expect(lab.read('f.txt')).toBe('file\n')
    expect(isWhole('f.txt.dvc')).toBe(true)
    return lab.sourceOf('f.txt.dvc')
  }

  test('--remote-config', async () => {
    const url = join(lab.outside, 'moved')
    expect(await read('--remote-config', `url=${url}`, 'jobs=3')).toBe(`${dep('f.txt')}    remote:\n      url: ${url}\n      jobs: '3'\n`)
  })

  test('--remote and --remote-config', async () => {
    const url = join(lab.outside, 'moved')
    expect(await read('--remote', 'other', '--remote-config', `url=${url}`)).toBe(
      `${dep('f.txt')}    config:\n      core:\n        remote: other\n      remote:\n        other:\n          url: ${url}\n`,
    )
  })

  test('--config', async () => {
    writeFileSync(join(lab.outside, 'conf'), '[core]\n    remote = other\n[\'remote "other"\']\n    url = moved\n')
    expect(await read('--config', '../conf')).toBe(`${dep('f.txt')}    config: ../conf\n`)
  })
})

describe('refused, and nothing changed', () => {
  test.each([
    [1, ['../src', 'f.txt', '-o', 'mine'], "the file 'mine' already exists locally"],
    [1, ['../src', 'f.txt', '-o', 'nowhere/x'], "the folder 'nowhere' does not exist"],
    [1, ['../src', 'f.txt', '-o', '../out'], "'../out' lies outside of the repository"],
    [1, ['../src', 'f.txt', '--rev', 'nosuch'], 'unknown Git revision "nosuch"'],
    [1, ['../nosrc', 'f.txt'], '"../nosrc" is no repository that can be opened: there is no such folder'],
    [1, ['ext::sh -c touch% pwned', 'f.txt'], 'helpers of git that an address names are not run'],
    [1, ['../src', 'f.txt', '-o', 'inside/x'], "'inside/x' lies in 'inside', which is tracked as a whole"],
    [254, ['../src', 'f.txt', '--no-exec', '--no-download'], 'argument --no-download: not allowed with argument --no-exec'],
    [254, ['../src', 'f.txt', '--remote-config', 'url'], "--remote-config takes name=value, not 'url'"],
    [255, ['../src', 'nosuch'], 'there is no "nosuch" in ../src at '],
    [255, ['../src', 'data/nosuch'], 'there is no "data/nosuch"'],
  ] as const)('%i: %j', async (status, words, said) => {
    lab.write('mine', 'mine')
    lab.write('inside/a', 'a')
    await expectDone(lab.dv('add', '-q', 'inside'))
    lab.git('add', '-A')
    const { exit, stderr } = await lab.dv('import', ...words)
    expect(stderr).toContain(said)
    expect(exit).toBe(status)
    expect(lab.git('diff', '--stat')).toBe('')
    expect(lab.git('ls-files', '--others', '--exclude-standard')).toBe('')
    expect(lab.read('mine')).toBe('mine')
  })

  test('--force says what it gave up, and keeps what a person wrote into the pointer', async () => {
    await expectDone(lab.dv('import', '-q', '../src', 'f.txt'))
    lab.write('f.txt.dvc', `# mine\n${lab.read('f.txt.dvc')}desc: base\n`)
    rmSync(join(lab.root, 'f.txt'))
    lab.write('f.txt', 'precious\n')
    expect((await lab.dv('import', '../src', 'README', '-o', 'f.txt', '-f')).stdout).toContain('lost    f.txt\n')
    expect(lab.read('f.txt')).toBe('readme\n')
    expect(lab.read('f.txt.dvc')).toMatch(/^# mine\nmd5: [\s\S]*path: README\n[\s\S]*desc: base\n$/)
  })
})

test('a link in the source is followed inside of it, and never out of it', async () => {
  symlinkSync('code', join(lab.source, 'link'))
  symlinkSync('../../../etc/hostname', join(lab.source, 'code', 'out'))
  lab.git('-C', lab.source, 'add', '-A')
  lab.git('-C', lab.source, 'commit', '-qm', 'links')
  const { exit, stderr } = await lab.dv('import', '../src', 'code')
  expect({ exit, told: stderr.includes('"code/out" of ../src is a symbolic link out of the repository') }).toEqual({
    exit: 255,
    told: true,
  })
  rmSync(join(lab.source, 'code', 'out'))
  lab.git('-C', lab.source, 'commit', '-qam', 'link')
  await expectDone(lab.dv('import', '-q', '../src', 'link'))
  expect(lab.files('link')).toEqual(['c.py', 'd.py'])
  expect(readFileSync(join(lab.root, 'link/c.py'), 'utf8')).toBe('code\n')
})
