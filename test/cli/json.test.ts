import { expect, test } from '@jest/globals'
import { printJson } from '../../src/cli/json.ts'

test('one line; maps, sets, errors and big numbers as scripts can read them', () => {
  const value = {
    map: new Map([['a', 1]]),
    set: new Set(['b']),
    error: new Error('no'),
    big: 5n,
    none: undefined,
    nested: [{ date: null }],
  }
  expect(printJson(value)).toBe('{"map":{"a":1},"set":["b"],"error":"no","big":5,"nested":[{"date":null}]}\n')
  expect(printJson(undefined)).toBe('{}\n')
})
