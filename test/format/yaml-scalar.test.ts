import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parsePointer } from '../../src/format/pointer.ts'
import { printEntries } from '../../src/format/yaml-print.ts'
import { isTextWhenPlain, printScalar } from '../../src/format/yaml-scalar.ts'

const scalars = JSON.parse(readFileSync(new URL('../golden/dvc-3.67.1/scalars.json', import.meta.url), 'utf8')) as [
  text: string,
  printed: string,
][]

test("280 texts as DVC's own writer prints them", () => {
  expect(scalars.length).toBe(280)
  for (const [text, printed] of scalars) expect(printEntries([['outs', [{ path: text }]]], 0)).toBe(printed)
})

test('each of them reads back as it was', () => {
  for (const [text, printed] of scalars.filter(([text]) => text !== '')) expect(parsePointer(printed, 'x').outputs[0]?.path).toBe(text)
})

test('two spaces where a line would fold: DVC loses one, so quotes carry them', () => {
  const text = `${'word  '.repeat(20)}end`
  expect(parsePointer(printEntries([['outs', [{ path: text }]]], 0), 'x').outputs[0]?.path).toBe(text)
})

test('nested values as DVC prints them', () => {
  const value = {
    meta: { a: { b: 'c', list: [], map: {}, nothing: null, nested: [[1, 2], [{ x: 1, y: ['z'] }]], odd: [null, true, 1.5, 1e21, 1e-7] } },
    'k: x': '',
    [`${'x'.repeat(123)}`]: 6,
  }
  expect(printEntries(Object.entries(value), 0)).toMatchInlineSnapshot(`
"meta:
  a:
    b: c
    list: []
    map: {}
    nothing:
    nested:
    - - 1
      - 2
    - - x: 1
        y:
        - z
    odd:
    - 
    - true
    - 1.5
    - 1e+21
    - 1e-07
'k: x': ''
? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
: 6
"
`)
})

test.each([
  ['123', false],
  ['1e3', false],
  ['0x1F', false],
  ['null', false],
  ['~', false],
  ['=', false],
  ['2020-01-01', false],
  ['', false],
  ['.inf', false],
  ['yes', true],
  ['12:30', true],
  ['1.2.3', true],
  ['tRue', true],
  ['_1', true],
  ['nan', true],
])('%j is text without quotes: %s', (text, expected) => expect(isTextWhenPlain(text)).toBe(expected))

test('a key stays on one line', () => {
  const key = 'word '.repeat(24).trim()
  expect(printScalar(key, { column: 0, indent: 2, key: true })).toBe(key)
})
