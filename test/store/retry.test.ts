import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { DvError } from '../../src/base/error.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { ObjectStore } from '../../src/store/object-store.ts'
import { type RetryPolicy, withRetry } from '../../src/store/retry.ts'

const never = new AbortController().signal
const id = 'd41d8cd98f00b204e9800998ecf8427e' as ObjectId
const busy = new DvError('store-unavailable', 'busy')
const denied = new DvError('access-denied', 'denied')
const source = { size: 0, open: () => Readable.from([]) }

/** A store whose calls meet these errors, one after another, and then work. */
function storeWith(errors: unknown[]): { store: ObjectStore; calls: string[] } {
  const calls: string[] = []
  const meet = (name: string): void => {
    calls.push(name)
    const error = errors.shift()
    if (error !== undefined) throw error
  }
  const store: ObjectStore = {
    label: 'a store',
    concurrency: 1,
    has: async ids => {
      meet('has')
      return new Set(ids)
    },
    read: async (_id, _options, consume) => {
      meet('read')
      return consume(Readable.from(['abc']))
    },
    write: async () => meet('write'),
    inventory: async function* () {
      meet('inventory')
      yield []
    },
    list: async function* () {
      meet('list')
      yield [id]
      meet('second page')
      yield [id]
    },
    remove: async () => meet('remove'),
    close: async () => {},
  }
  return { store, calls }
}

function policyWith(changes: Partial<RetryPolicy> = {}): { policy: RetryPolicy; slept: number[] } {
  const slept: number[] = []
  const sleep = async (ms: number): Promise<void> => void slept.push(ms)
  return { policy: { attempts: 4, firstDelayMs: 100, maxDelayMs: 300, strangerMs: 60_000, random: () => 1, sleep, ...changes }, slept }
}

test('what may help is asked again, after delays that double up to the longest', async () => {
  const { store, calls } = storeWith([busy, busy, busy])
  const { policy, slept } = policyWith()
  await withRetry(store, policy).write(id, source, never)
  expect(calls).toEqual(['write', 'write', 'write', 'write'])
  expect(slept).toEqual([100, 200, 300])
})

test('delays are spread over their upper half', async () => {
  const { policy, slept } = policyWith({ random: () => 0 })
  await withRetry(storeWith([busy, busy]).store, policy).has([id], never)
  expect(slept).toEqual([50, 100])
})

test('after the last attempt its error is thrown', async () => {
  const { store, calls } = storeWith([busy, busy, busy, busy, busy])
  await expect(withRetry(store, policyWith().policy).remove([id], never)).rejects.toBe(busy)
  expect(calls.length).toBe(4)
})

test.each([denied, new Error('a bug')])('what cannot help is not asked again: %s', async error => {
  const { store, calls } = storeWith([error])
  await expect(withRetry(store, policyWith().policy).has([id], never)).rejects.toBe(error)
  expect(calls).toEqual(['has'])
})

test('the consumer of a read is inside: it is called anew', async () => {
  const { store, calls } = storeWith([])
  let consumed = 0
  const read = withRetry(store, policyWith().policy).read(id, { signal: never }, async body => {
    if (++consumed < 3) throw busy
    return text(body)
  })
  expect(await read).toBe('abc')
  expect(calls).toEqual(['read', 'read', 'read'])
})

test('a listing that breaks in the middle starts over, and nothing is lost', async () => {
  const { store, calls } = storeWith([undefined, busy])
  let pages = 0
  for await (const page of withRetry(store, policyWith().policy).list(never)) pages += page.length
  expect(calls).toEqual(['list', 'second page', 'list', 'second page'])
  expect(pages).toBe(3)
})

test('a host that has never answered is given up sooner than one that has', async () => {
  let clock = 0
  const { policy } = policyWith({ attempts: 10, strangerMs: 1_000, now: () => (clock += 600) })
  const stranger = storeWith([busy, busy, busy, busy, busy, busy])
  await expect(withRetry(stranger.store, policy).has([id], never)).rejects.toBe(busy)
  expect(stranger.calls.length).toBe(2)
  const known = storeWith([undefined, busy, busy, busy, busy, busy])
  const store = withRetry(known.store, policy)
  await store.has([id], never)
  await store.has([id], never)
  expect(known.calls.length).toBe(7)
})

test('an abort ends the waiting at once, with the error "interrupted"', async () => {
  const control = new AbortController()
  const { store, calls } = storeWith([busy, busy])
  const run = withRetry(store, { attempts: 5, firstDelayMs: 60_000, maxDelayMs: 60_000, strangerMs: 60_000 }).has([id], control.signal)
  setTimeout(() => control.abort(), 20)
  await expect(run).rejects.toMatchObject({ code: 'interrupted' })
  expect(calls).toEqual(['has'])
})
