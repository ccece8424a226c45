import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type FileStamp, sameStamp } from '../../src/base/file-stamp.ts'
import { newStampRows, openStampComparison, readStamp, stampWidth } from '../../src/workspace/stamp-rows.ts'

/** Few values, far apart and next to each other, so that pairs often agree in all numbers but one, or in half of a number. */
const number = fc.constantFrom(0n, 1n, 2n, 1n << 32n, (1n << 32n) + 1n, 1_700_000_000_123_456_789n)
const stamp: fc.Arbitrary<readonly bigint[]> = fc.tuple(number, number, number, number, fc.constantFrom(1n, 2n, (1n << 32n) + 1n))

test('packed stamps are the same exactly where stamps are', () => {
  let agreed = 0
  fc.assert(
    fc.property(stamp, fc.array(fc.nat({ max: 4 }), { maxLength: 2 }), stamp, (first, changed, other) => {
      const second = first.map((value, at) => (changed.includes(at) ? (other[at] ?? 0n) : value))
      const rows = newStampRows(3)
      rows.set(first, stampWidth)
      rows.set(second, 2 * stampWidth)
      const expected = sameStamp(at(rows, 1), at(rows, 2))
      if (expected) agreed++
      expect(openStampComparison(rows, rows)(1, 2)).toBe(expected)
      expect(openStampComparison(rows.subarray(stampWidth), rows.subarray(2 * stampWidth))(0, 0)).toBe(expected)
    }),
    { numRuns: 500 },
  )
  expect(agreed).toBeGreaterThan(50)
})

const at = (rows: BigInt64Array, row: number): FileStamp => readStamp(rows, row)
