/** How threads share an order: which row is next, whether to stop, what is done so far. */

import { DvError } from '../base/error.ts'
import type { Carrier, FileOrder } from './file-order.ts'
import type { Pulse } from './read-stable.ts'
import { sizeOf } from './stamp-rows.ts'

export interface OrderShare {
  readonly order: FileOrder
  /** the rows, those of large files first, the largest before all */
  readonly sequence: Uint32Array
  /** rows in `sequence` that are of large files */
  readonly large: number
  /** see `counter` */
  readonly counters: BigInt64Array
}

/** Places in `counters`. */
export const counter = { nextLarge: 0, nextSmall: 1, stop: 2, files: 3, bytes: 4 } as const

/** Bytes from which a file is a piece of work of its own. Reading and hashing 4 MiB takes 7 ms. */
export const largeFileBytes = 4 << 20

/** Small files that a thread takes at a time: some 2 ms of work, so that all threads end together. */
const portion = 32
/** The same where files are made: threads that write into one folder wait for its lock, so each takes more in a row (copies: 8 % less time). */
const makePortion = 512

export function shareOrder(order: FileOrder): OrderShare {
  const rows = order.paths.length
  // `make` knows the objects' sizes, the others those of the workspace's files.
  const sizes = order.task.kind === 'make' ? order.objects : order.stamps
  const large: number[] = []
  for (let row = 0; row < rows; row++) if (sizeOf(sizes, row) >= largeFileBytes) large.push(row)
  large.sort((a, b) => sizeOf(sizes, b) - sizeOf(sizes, a))
  const isLarge = new Set(large)
  const sequence = new Uint32Array(new SharedArrayBuffer(rows * 4))
  sequence.set(large)
  let next = large.length
  for (let row = 0; row < rows; row++) if (!isLarge.has(row)) sequence[next++] = row
  return { order, sequence, large: large.length, counters: new BigInt64Array(new SharedArrayBuffer(Object.keys(counter).length * 8)) }
}

/** The next rows for a thread that asks, or none. `takesLarge`: false for the thread that must answer to Ctrl-C. */
export function nextRows({ order, sequence, large, counters }: OrderShare, takesLarge: boolean): Uint32Array | undefined {
  if (isStopped(counters)) return undefined
  if (takesLarge) {
    const at = Number(Atomics.add(counters, counter.nextLarge, 1n))
    if (at < large) return sequence.subarray(at, at + 1)
  }
  const count = order.task.kind === 'make' ? makePortion : portion
  const at = large + Number(Atomics.add(counters, counter.nextSmall, BigInt(count)))
  return at < sequence.length ? sequence.subarray(at, Math.min(at + count, sequence.length)) : undefined
}

export const isStopped = (counters: BigInt64Array): boolean => Atomics.load(counters, counter.stop) !== 0n

export const stop = (counters: BigInt64Array): void => void Atomics.store(counters, counter.stop, 1n)

/** Counts bytes as they are dealt with, and ends what is to stop. */
export const pulseOf =
  ({ counters }: OrderShare): Pulse =>
  bytes => {
    Atomics.add(counters, counter.bytes, BigInt(bytes))
    if (isStopped(counters)) throw new DvError('interrupted', 'stopped before the end')
  }

/** Does `rows`, and counts them. */
export function carryRows(
  { order, counters }: OrderShare,
  { rows, carrier }: { readonly rows: Uint32Array; readonly carrier: Carrier },
): void {
  for (const row of rows) carrier.carry(order, row)
  Atomics.add(counters, counter.files, BigInt(rows.length))
}
