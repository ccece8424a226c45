import { expect, test } from '@jest/globals'
import { pool } from '../../src/base/pool.ts'

const never = new AbortController().signal
const tick = () => new Promise<void>(done => setImmediate(done))

test('no more than the limit at a time, and every item once', async () => {
  let running = 0
  let most = 0
  const seen: number[] = []
  await pool(
    Array.from({ length: 20 }, (_, at) => at),
    { limit: 3, signal: never },
    async item => {
      most = Math.max(most, ++running)
      await tick()
      seen.push(item)
      running--
    },
  )
  expect(most).toBe(3)
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at))
})

test('after the first error nothing new starts, what runs is awaited, and that error is thrown', async () => {
  const finished: number[] = []
  const run = pool([0, 1, 2, 3, 4, 5], { limit: 2, signal: never }, async item => {
    if (item === 0) throw new Error('first')
    await tick()
    finished.push(item)
  })
  await expect(run).rejects.toThrow('first')
  expect(finished).toEqual([1])
})

test('an abort is the error "interrupted"', async () => {
  const control = new AbortController()
  const run = pool([1, 2, 3], { limit: 1, signal: control.signal }, async () => control.abort())
  await expect(run).rejects.toMatchObject({ code: 'interrupted' })
})
