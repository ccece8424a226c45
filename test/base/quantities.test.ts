import { expect, test } from '@jest/globals'
import { formatBytes, formatCount } from '../../src/base/quantities.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_940, '99.9 kB'],
  [404_150, '404 kB'],
  [999_999, '1000 kB'],
  [1_073_741_824, '1.1 GB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('counts', () => {
  expect([formatCount(1, 'file'), formatCount(0, 'file'), formatCount(20_000, 'file')]).toEqual(['1 file', '0 files', '20,000 files'])
})
