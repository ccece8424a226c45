import { expect, test } from '@jest/globals'
import { checkTreePath } from '../../src/format/tree-path.ts'

const refused = (path: string, platform: NodeJS.Platform): boolean => {
  try {
    checkTreePath(path, platform)
    return false
  } catch (error) {
    expect(error).toMatchObject({ name: 'DvError', code: 'bad-pointer' })
    return true
  }
}

test.each([
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  './a',
  'a/.',
  'a/./b',
  '..',
  '../a',
  'a/..',
  'a/../b',
  'a\0b',
  '.git',
  '.GIT/config',
  'a/.Git',
  '.dvc',
  'a/.DVC/config',
  '\ud800',
  'a/\udc00b',
])('%j is refused everywhere', path => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) expect(refused(path, platform)).toBe(true)
})

test.each([
  'a',
  'a/b',
  '.a',
  '..a',
  '...',
  'a.',
  '.gitignore',
  '.dvcignore',
  'x.dvc',
  '.github/x',
  'a b',
  'é',
  '\u{1f600}',
  '.git ',
  '-',
  '~',
])('%j is fine on Linux', path => expect(refused(path, 'linux')).toBe(false))

test.each([
  'a:b',
  'a\\b',
  '..\\a',
  'C:/x',
  'con',
  'CON.txt',
  'a/nul',
  'lpt1.x',
  'a.',
  'a ',
  'a./b',
  'GIT~1/x',
  'a?',
  'a\nb',
  '.git ',
  '.git.',
])('%j is refused on Windows only', path => {
  expect(refused(path, 'win32')).toBe(true)
  expect(refused(path, 'linux')).toBe(false)
})

test('characters that macOS passes over do not hide .git there', () => {
  expect(refused('.g\u200cit/config', 'darwin')).toBe(true)
  expect(refused('.g\u200cit/config', 'linux')).toBe(false)
  expect(refused('a/b\u200cc', 'darwin')).toBe(false)
})
