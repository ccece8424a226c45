import { expect, test } from '@jest/globals'
import { addIgnoreLine, removeIgnoreLine } from '../../src/format/git-ignore-lines.ts'

test.each([
  ['', 'a.txt', '/a.txt\n'],
  ['/b\n', 'a.txt', '/b\n/a.txt\n'],
  ['/b', 'a.txt', '/b\n/a.txt\n'],
  ['/b\r\n', 'a', '/b\r\n/a\r\n'],
  ['# mine\n\n*.log\n', 'a', '# mine\n\n*.log\n/a\n'],
  ['/a\n/b\n', 'a', '/a\n/b\n'],
  ['/b\n/a', 'a', '/b\n/a'],
  ['', 'wild[1]*.txt', '/wild\\[1\\]\\*.txt\n'],
  ['', '#h!b?\\', '/\\#h\\!b\\?\\\\\n'],
  ['', 'trail ', '/trail\\ \n'],
  ['', 'new\nline', '/new?line\n'],
])('%j with %j is %j', (text, name, expected) => {
  expect(addIgnoreLine(text, name)).toBe(expected)
  expect(addIgnoreLine(expected, name)).toBe(expected)
})

test.each([
  ['/a\n', 'a', ''],
  ['/a\n/b\n', 'a', '/b\n'],
  ['/b\n/a', 'a', '/b\n'],
  ['/b\n /a \n/c\n', 'a', '/b\n/c\n'],
  ['/ab\na\n/a/\n', 'a', '/ab\na\n/a/\n'],
  ['/\\#h\n', '#h', ''],
])('%j without %j is %j', (text, name, expected) => expect(removeIgnoreLine(text, name)).toBe(expected))
