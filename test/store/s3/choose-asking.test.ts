import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { chooseAsking, estimateTotal } from '../../../src/store/s3/choose-asking.ts'

test.each([
  [20, 5_000_000, 'each'],
  [100, 20_000, 'each'],
  [20_000, 20_000, { digits: 1 }],
  [2_000, 3_000, { digits: 1 }],
  [20_000, 5_000_000, 'each'],
  [1_000_000, 5_000_000, { digits: 2 }],
  [1_000, Number.POSITIVE_INFINITY, 'each'],
] as const)('%d ids among %d objects', (asked, total, answer) => {
  expect(chooseAsking({ asked, total, concurrency: 32 })).toEqual(answer)
})

test('the number of objects is estimated from the first thousand', () => {
  const ids = Array.from({ length: 50_000 }, (_, at) => createHash('md5').update(String(at)).digest('hex')).sort()
  const estimated = estimateTotal(ids.slice(0, 1_000))
  expect(estimated).toBeGreaterThan(45_000)
  expect(estimated).toBeLessThan(55_000)
  expect(estimateTotal([])).toBe(0)
})
