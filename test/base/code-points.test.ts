import { expect, test } from '@jest/globals'
import { compareCodePoints } from '../../src/base/code-points.ts'

test('astral characters sort after the private use area, as in Python', () => {
  expect(['\u{1f600}', '\ufffd', '\ue000', 'ab', 'aB', 'a/b', 'a.txt', 'a-b/x', 'a'].sort(compareCodePoints)).toEqual([
    'a',
    'a-b/x',
    'a.txt',
    'a/b',
    'aB',
    'ab',
    '\ue000',
    '\ufffd',
    '\u{1f600}',
  ])
})
