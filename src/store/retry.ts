/** The only retry: whatever a store is, what may help when asked again is asked again here and nowhere else. */
import { isRetriable } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { onAbort } from './abort-hooks.ts'
import type { ObjectStore } from './object-store.ts'

export interface RetryPolicy {
  /** calls altogether, the first included */
  readonly attempts: number
  /** ms before the second call; doubles from there */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** ms for which a store that has never answered is asked again: a mistyped host should not take a minute to say so */
  readonly strangerMs: number
  /** tests replace it, and the two below */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly now?: () => number
  /** 0 to 1 */
  readonly random?: () => number
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 6, // with the delays below: about 8 s of patience, which a server needs to restart
  firstDelayMs: 250, // git-lfs's, tq/transfer_queue.go
  maxDelayMs: 5_000,
  strangerMs: 2_000,
}

/** Calls until it succeeds, or fails with what no repetition helps. */
export type Again = <T>(signal: AbortSignal, call: () => Promise<T>) => Promise<T>

/**
 * Repeats a call that failed with a retriable code (`errorCodes`), after a delay that doubles and is spread over its upper half, so
 * that a hundred requests that failed together do not come back together. One for each place that answers.
 */
export function openRetry(policy: RetryPolicy = defaultRetryPolicy): Again {
  const sleep = policy.sleep ?? sleepUnlessAborted
  const now = policy.now ?? Date.now
  const random = policy.random ?? Math.random
  let answered = false

  return async (signal, call) => {
    const began = now()
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal)
      try {
        const result = await call()
        answered = true
        return result
      } catch (error) {
        throwIfAborted(signal)
        if (!isRetriable(error)) answered = true
        if (!isRetriable(error) || attempt >= policy.attempts || (!answered && now() - began >= policy.strangerMs)) throw error
        const delay = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1))
        await sleep(delay / 2 + (random() * delay) / 2, signal)
      }
    }
  }
}

/** `read` calls its consumer anew each time. */
export function withRetry(store: ObjectStore, policy: RetryPolicy = defaultRetryPolicy): ObjectStore {
  const again = openRetry(policy)
  return {
    ...store,
    has: (ids, signal) => again(signal, () => store.has(ids, signal)),
    read: (id, options, consume) => again(options.signal, () => store.read(id, options, consume)),
    write: (id, source, signal) => again(signal, () => store.write(id, source, signal)),
    remove: (ids, signal) => again(signal, () => store.remove(ids, signal)),
    list: signal => listAgain(() => store.list(signal), signal, again),
    inventory: signal => listAgain(() => store.inventory(signal), signal, again),
  }
}

/** A listing that broke starts over. What it handed out before comes again: to remember a million ids would cost 100 MB for a rare case. */
async function* listAgain<Page>(open: () => AsyncIterable<Page>, signal: AbortSignal, again: Again): AsyncGenerator<Page> {
  let pages: AsyncIterator<Page> | undefined
  for (;;) {
    const next = await again(signal, async () => {
      pages ??= open()[Symbol.asyncIterator]()
      try {
        return await pages.next()
      } catch (error) {
        pages = undefined // an iterator that threw is at its end
        throw error
      }
    })
    if (next.done) return
    yield next.value
  }
}

const sleepUnlessAborted = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(done => {
    const finish = (): void => {
      clearTimeout(timer)
      release()
      done()
    }
    const timer = setTimeout(finish, ms)
    const release = onAbort(signal, finish)
  })
