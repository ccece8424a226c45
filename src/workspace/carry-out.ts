/** Carries out an order on as many threads as it is worth. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { openCarrier } from './file-carrier.ts'
import type { FileOrder } from './file-order.ts'
import type { ThreadFailure } from './file-worker.ts'
import { carryRows, counter, nextRows, type OrderShare, pulseOf, shareOrder, stop } from './order-share.ts'
import { sizeOf } from './stamp-rows.ts'

/**
 * Small orders are done in this thread, since the first worker costs 40 ms. It goes on answering: to Ctrl-C, and it reports
 * `advance`. After a failure the other threads stop, and what that failure was is thrown.
 * @throws DvError 'interrupted', and what the task throws
 */
export async function carryOut(order: FileOrder, context: Context): Promise<void> {
  if (order.paths.length === 0) return
  const share = shareOrder(order)
  const { counters } = share
  const onAbort = (): void => stop(counters)
  context.signal.addEventListener('abort', onAbort)
  const report = openReport(counters, context)
  const workers = Array.from({ length: workersFor(share) }, () => startWorker(share))
  for (const worker of workers) worker.catch(() => undefined) // awaited below; a failure before that is no unhandled one
  const ticker = setInterval(report, reportEvery)
  try {
    throwIfAborted(context.signal)
    let here: unknown
    try {
      await carryHere(share, { takesLarge: workers.length === 0, report })
    } catch (error) {
      stop(counters)
      here = error
    }
    const failed = (await Promise.allSettled(workers)).find(each => each.status === 'rejected')
    // That this thread was stopped is only what followed from another's failure, which is the one to tell.
    if (failed && (here === undefined || isInterrupted(here)) && !context.signal.aborted) throw failed.reason
    if (here !== undefined) throw here
    throwIfAborted(context.signal)
  } finally {
    clearInterval(ticker)
    context.signal.removeEventListener('abort', onAbort)
    report()
  }
}

const isInterrupted = (error: unknown): boolean => error instanceof DvError && error.code === 'interrupted'

/** Files, and bytes, from which on threads are worth their start: libraries.md's 40 ms are the time of 1,700 files of 10 KB. */
const manyFiles = 3000
const manyBytes = 50_000_000
/** Beyond this the disk or the kernel's locks on folders are the limit. */
const mostThreads = 8
/** ms between reports, and between turns of the event loop */
const reportEvery = 100
const turnEvery = 25

function workersFor({ order, large, sequence }: OrderShare): number {
  const sizes = order.task.kind === 'make' ? order.objects : order.stamps
  let bytes = 0
  for (let row = 0; row < sequence.length; row++) bytes += sizeOf(sizes, row)
  if ((sequence.length < manyFiles && bytes < manyBytes) || workerFile === undefined) return 0
  const threads = Math.min(mostThreads, availableParallelism())
  // This thread takes small files only; so the large ones want a worker for each core.
  return Math.max(1, large > 0 ? Math.min(threads, large) : 0, sequence.length - large >= manyFiles ? threads - 1 : 0)
}

/** Beside the bundle's chunks; for the sources under test, what the last build left. Without it all is done in this thread. */
const workerFile = [import.meta.url.endsWith('.ts') ? '../../dist/file-worker.js' : './file-worker.js']
  .map(file => new URL(file, import.meta.url))
  .find(file => existsSync(file))

function startWorker(share: OrderShare): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile as URL, { workerData: share })
    worker.on('message', (failure: ThreadFailure) => reject(errorOf(failure)))
    worker.on('error', error => {
      stop(share.counters)
      reject(error)
    })
    worker.on('exit', () => resolve())
  })
}

function errorOf({ code, message, hint, stack }: ThreadFailure): Error {
  if (code !== undefined) return new DvError(code, message, { hint })
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}

async function carryHere(
  share: OrderShare,
  { takesLarge, report }: { readonly takesLarge: boolean; readonly report: () => void },
): Promise<void> {
  const carrier = openCarrier(share.order.task, pulseOf(share))
  let last = Date.now()
  for (let rows = nextRows(share, takesLarge); rows !== undefined; rows = nextRows(share, takesLarge)) {
    carryRows(share, { rows, carrier })
    if (Date.now() - last < turnEvery) continue
    report()
    await turn()
    last = Date.now()
  }
  await carrier.finish()
}

function openReport(counters: BigInt64Array, context: Context): () => void {
  let files = 0
  let bytes = 0
  return () => {
    const nowFiles = Number(Atomics.load(counters, counter.files))
    const nowBytes = Number(Atomics.load(counters, counter.bytes))
    if (nowFiles === files && nowBytes === bytes) return
    context.report({ type: 'advance', items: nowFiles - files, bytes: nowBytes - bytes })
    files = nowFiles
    bytes = nowBytes
  }
}
