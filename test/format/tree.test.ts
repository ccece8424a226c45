import { expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { parseTree, printTree, treeId } from '../../src/format/tree.ts'

const a = 'a'.repeat(32) as ObjectId
const b = 'b'.repeat(32) as ObjectId
const bytes = (text: string): Uint8Array => Buffer.from(text)
const row = (path: string, id: string = a): string => `{"md5": "${id}", "relpath": ${JSON.stringify(path)}}`

test("DVC's example", () => {
  const text = '[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "c"}, {"md5": "12f54a96f64443246930da001cafda8b", "relpath": "l"}]'
  const tree = parseTree(bytes(text))
  expect(tree).toEqual([
    { path: 'c', id: '60b725f10c9c85c70d97880dfe8191b3' },
    { path: 'l', id: '12f54a96f64443246930da001cafda8b' },
  ])
  expect(Buffer.from(printTree(tree)).toString()).toBe(text)
  expect(treeId(bytes(text))).toBe('85f637422afcac0ca40ca0b68578def8.dir')
})

test('an empty folder', () => {
  expect(parseTree(bytes('[]'))).toEqual([])
  expect(Buffer.from(printTree([])).toString()).toBe('[]')
  expect(treeId(bytes('[]'))).toBe('d751713988987e9331980363e24189ce.dir')
})

test('order is that of code points, and astral characters come last', () => {
  const paths = ['a-b/x', 'a.txt', 'a/b', 'aB', 'ab', '\u{e000}', '\u{fffd}', '\u{1f600}']
  const shuffled = [...paths].reverse().map(path => ({ path, id: a }))
  const printed = printTree(shuffled)
  expect(parseTree(printed).map(({ path }) => path)).toEqual(paths)
  expect(parseTree(bytes(`[${shuffled.map(({ path }) => row(path)).join(',')}]`)).map(({ path }) => path)).toEqual(paths)
})

test('what UTF-16 has in order is sorted all the same', () => {
  const tree = ['\u{1f600}', '\u{e000}'].map(path => ({ path, id: a }))
  expect(parseTree(printTree(tree)).map(({ path }) => path)).toEqual(['\u{e000}', '\u{1f600}'])
  expect(parseTree(bytes(JSON.stringify(tree.map(({ path, id }) => ({ md5: id, relpath: path }))))).map(({ path }) => path)).toEqual([
    '\u{e000}',
    '\u{1f600}',
  ])
})

test('escapes as Python writes them', () => {
  const printed = Buffer.from(printTree([{ path: 'é\u{1f600}\x7f\n\u2028"\\\x01/<', id: a }])).toString()
  expect(printed).toBe(`[{"md5": "${a}", "relpath": "\\u00e9\\ud83d\\ude00\\u007f\\n\\u2028\\"\\\\\\u0001/<"}]`)
})

test('what other tools write: other order, other spaces, more keys', () => {
  const text = `[ {"size": 3, "relpath":"b", "md5":"${b.toUpperCase()}"},\n{"md5":"${a}","relpath":"a","isexec":true,"__proto__":{"md5":"x"}} ]`
  expect(parseTree(bytes(text))).toEqual([
    { path: 'a', id: a },
    { path: 'b', id: b },
  ])
})

test.each([
  ['not JSON', '[{', 'not JSON'],
  ['not UTF-8', Buffer.concat([bytes('[{"md5": "'), Buffer.from([0xff]), bytes('"}]')]), 'not JSON'],
  ['not a list', '{}', 'not a list'],
  ['null', 'null', 'not a list'],
  ['a row that is text', '["a"]', 'entry 0 is not an object'],
  ['a row that is null', '[null]', 'entry 0 is not an object'],
  ['a row without a path', `[{"md5": "${a}"}]`, 'entry 0 has no relpath'],
  ['a row with __proto__ only', `[{"__proto__": {"md5": "${a}", "relpath": "a"}}]`, 'entry 0 has no relpath'],
  ['a row without an md5', '[{"relpath": "a"}]', 'has no md5'],
  ['an md5 that is none', `[${row('a', 'x')}]`, 'is not an md5'],
  ['the md5 of a folder', `[${row('a', `${a}.dir`)}]`, 'has the md5 of a folder'],
  ['a path twice', `[${row('a')}, ${row('a')}]`, 'listed twice'],
  ['a path twice, in foreign form', `[${row('a')},${row('b')},${row('a')}]`, 'listed twice'],
  ['a parent', `[${row('a')}, ${row('../b')}]`, 'is refused'],
  ['a parent behind escapes', `[{"md5": "${a}", "relpath": "\\u002e\\u002e/b"}]`, 'is refused'],
  ['an absolute path', `[${row('/etc/passwd')}]`, 'absolute'],
  ['a git hook', `[${row('.git/hooks/post-checkout')}]`, '.git'],
])('%s is refused', (_, text, message) => {
  const input = typeof text === 'string' ? bytes(text) : text
  expect(() => parseTree(input)).toThrow(expect.objectContaining({ code: 'bad-pointer', message: expect.stringContaining(message) }))
})

test('trees of more than one chunk of text', () => {
  const tree = Array.from({ length: 30_000 }, (_, index) => ({ path: `folder/${String(index).padStart(6, '0')}`, id: a }))
  const printed = Buffer.from(printTree(tree))
  expect(printed.toString()).toBe(`[${tree.map(({ path }) => row(path)).join(', ')}]`)
  expect(parseTree(printed)).toEqual(tree)
})
