/** The one pool: bounded work over a list whose length the user decides. */
import { DvError } from './error.ts'

/**
 * Runs `work` over `items`, at most `limit` at a time. After the first error no new item is started; those that run are
 * awaited, then that error is thrown. An abort counts as the error 'interrupted'.
 */
export async function pool<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const failures: unknown[] = []
  let finished = false
  const runner = async (): Promise<void> => {
    while (!finished) {
      try {
        throwIfAborted(signal)
        const next = await iterator.next()
        if (next.done) finished = true
        else if (!finished) await work(next.value)
      } catch (error) {
        finished = true
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, limit) }, runner))
  if (failures.length > 0) throw failures[0]
}

/** @throws DvError 'interrupted' */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new DvError('interrupted', 'stopped before the end', { hint: 'the same command goes on where it stopped' })
}
