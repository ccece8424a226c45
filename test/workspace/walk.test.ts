import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { compareCodePoints } from '../../src/base/code-points.ts'
import { type WalkedFiles, walkFolder } from '../../src/workspace/walk.ts'
import { makeOutputOnDisk, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
beforeEach(() => {
  disk = makeOutputOnDisk()
})
afterEach(() => disk.remove())

const walk = (): WalkedFiles => walkFolder({ folder: disk.data, inRepository: 'data', ignore: disk.place().ignore })

test('files come in the order of a tree, without sorting whole paths', () => {
  const names = [
    'a-b/x',
    'a.txt',
    'a/b',
    'aB',
    'ab',
    '\ue000',
    '\ufffc',
    '😀',
    'é/x',
    'é.x',
    'z/🐶/1',
    'z/\uffee/1',
    '.hidden',
    ' ',
    'a\nb',
  ]
  disk.write(Object.fromEntries(names.map(name => [name, name])))
  expect(walk().paths).toEqual([...names].sort(compareCodePoints))
})

test('names are taken as they are: NFC and NFD are two files', () => {
  disk.write({ '\u00e9': 'one', 'e\u0301': 'two' })
  expect(walk().paths).toEqual(['e\u0301', '\u00e9'])
})

test('.git, .hg, .dvc, inner projects, ignored and empty folders are passed over', () => {
  disk.write({
    '.git/x': '',
    'a/.git': '',
    'a/.hg/x': '',
    'inner/.dvc/config': '',
    'inner/x': '',
    'b/x.log': '',
    'b/x.txt': '',
    'a/x.dvc': '',
    'a/.gitignore': '',
  })
  mkdirSync(join(disk.data, 'empty'))
  writeFileSync(join(disk.root, '.dvcignore'), '*.log\n')
  expect(walk().paths).toEqual(['a/.gitignore', 'a/x.dvc', 'b/x.txt'])
})

test('a symlink to a file counts as the file, one to a folder not at all', () => {
  disk.write({ real: 'content' })
  mkdirSync(join(disk.root, 'elsewhere'))
  symlinkSync('real', join(disk.data, 'link'))
  symlinkSync('../elsewhere', join(disk.data, 'folder'))
  const { paths, stamps } = walk()
  expect(paths).toEqual(['link', 'real'])
  expect(stamps.slice(0, 5)).toEqual(stamps.slice(5, 10))
})

test('what is no file is refused and never opened', () => {
  disk.write({ a: '' })
  execFileSync('mkfifo', [join(disk.data, 'pipe')])
  expect(walk).toThrow(
    expect.objectContaining({ code: 'unsupported-file', message: `${disk.data}/pipe is a named pipe; only files can be tracked` }),
  )
})

test('a broken symlink is refused', () => {
  disk.write({ a: '' })
  symlinkSync('nowhere', join(disk.data, 'b'))
  expect(walk).toThrow(
    expect.objectContaining({ code: 'unsupported-file', message: expect.stringContaining('/b is a symlink that leads nowhere') }),
  )
})

test('a name that is not UTF-8 is refused, one that holds U+FFFD is not', () => {
  disk.write({ 'a\ufffd': '' })
  expect(walk().paths).toEqual(['a\ufffd'])
  writeFileSync(Buffer.concat([Buffer.from(`${disk.data}/caf`), Buffer.from([0xe9])]), '')
  expect(walk).toThrow(
    expect.objectContaining({ code: 'unsupported-file', message: expect.stringContaining('caf\\xe9 has a name that is not valid UTF-8') }),
  )
})

test('a .dvcignore inside is an error', () => {
  disk.write({ 'a/.dvcignore': '' })
  expect(walk).toThrow(expect.objectContaining({ code: 'unsupported-file', message: expect.stringContaining('a/.dvcignore') }))
})

test('what a killed dv left is no data, and goes when it is old', () => {
  const name = '.dv-123-0123456789ab-7.tmp'
  disk.write({ [name]: 'half', a: '' })
  expect(walk().paths).toEqual(['a'])
  utimesSync(join(disk.data, name), 1, 1)
  walk()
  expect(() => utimesSync(join(disk.data, name), 1, 1)).toThrow('ENOENT')
})
