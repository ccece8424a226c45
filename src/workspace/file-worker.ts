/** The one kind of thread: takes rows of an order until none are left, then ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { DvError, type ErrorCode } from '../base/error.ts'
import { openCarrier } from './file-carrier.ts'
import { carryRows, nextRows, type OrderShare, pulseOf, stop } from './order-share.ts'

/** An error on its way between threads, which keep neither class nor fields of their own. */
export interface ThreadFailure {
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly hint: string | undefined
  readonly stack: string | undefined
}

const share = workerData as OrderShare
try {
  const carrier = openCarrier(share.order.task, pulseOf(share))
  for (let rows = nextRows(share, true); rows !== undefined; rows = nextRows(share, true)) carryRows(share, { rows, carrier })
  await carrier.finish()
} catch (error) {
  // Whatever it is, the main thread throws it; the others are to stop.
  stop(share.counters)
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const failure: ThreadFailure = {
    message,
    stack,
    code: error instanceof DvError ? error.code : undefined,
    hint: error instanceof DvError ? error.hint : undefined,
  }
  parentPort?.postMessage(failure)
}
