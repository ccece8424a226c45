/** Faults on demand: listed first, met one after another, and counted, so that a test can show that all of them happened. */
import type { Operation, SeenRequest } from './s3-server.ts'

/** Which requests it is for, and what happens to them. */
export interface Fault {
  readonly operation?: Operation
  /** a part of the key */
  readonly key?: string
  /** how many requests meet it, 1 by default */
  readonly times?: number
  /** answers with this status and error code instead of doing the work */
  readonly status?: number
  readonly code?: string
  /** waits before anything else */
  readonly delayMs?: number
  /** never answers */
  readonly hang?: boolean
  /** drops the connection before reading the body */
  readonly resetRequest?: boolean
  /** sends so many bytes of the body, then ends the connection, or resets it */
  readonly cutAfter?: number
  readonly reset?: boolean
  /** the first byte of the body is another one */
  readonly wrongBytes?: boolean
}

export function openFaults() {
  const waiting: { fault: Fault; left: number }[] = []
  return {
    add: (fault: Fault): void => void waiting.push({ fault, left: fault.times ?? 1 }),
    unmet: (): readonly Fault[] => waiting.map(entry => entry.fault),
    take: (seen: SeenRequest): Fault | undefined => {
      const at = waiting.findIndex(({ fault }) => fits(fault, seen))
      const entry = waiting[at]
      if (entry === undefined) return undefined
      entry.left--
      if (entry.left === 0) waiting.splice(at, 1)
      return entry.fault
    },
  }
}

const fits = (fault: Fault, seen: SeenRequest): boolean =>
  (fault.operation === undefined || fault.operation === seen.operation) && (fault.key === undefined || seen.key.includes(fault.key))
