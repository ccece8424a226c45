/** Counts what becomes of the objects of a transfer, and says when there is no use in going on. */
import { setMaxListeners } from 'node:events'
import type { Context } from '../base/context.ts'
import { DvError, type ErrorCode } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'

export interface TransferResult {
  /** objects */
  readonly moved: number
  readonly bytes: number
  readonly failed: readonly Failure[]
  /** in neither place */
  readonly absent: readonly ObjectId[]
  /** trees that were not sent because a file of theirs failed or is absent */
  readonly withheld: readonly ObjectId[]
}

export interface Failure {
  readonly id: ObjectId
  readonly error: unknown
}

export interface Tally {
  moved(bytes: number): void
  absent(id: ObjectId): void
  withheld(id: ObjectId): void
  /** Notes a failure. @throws the error itself when it is no DvError, when the transfer was stopped, or when all the rest would fail like it */
  failed(id: ObjectId, error: unknown): void
  /** @throws the error that everything failed with */
  result(): TransferResult
}

/** Failures that say something of the place and nothing of the object. */
const failuresOfPlaces: readonly ErrorCode[] = [
  'access-denied',
  'store-unavailable',
  'store-refused',
  'bad-config',
  'untrusted',
  'disk-full',
]
/** So many of one kind, and not one success before them: more requests would only keep the person waiting. */
const enoughFailures = 5

export function openTally(context: Context): Tally {
  // Each running request listens to the one signal; Node warns from the eleventh on.
  setMaxListeners(0, context.signal)
  let moved = 0
  let bytes = 0
  const failed: Failure[] = []
  const absent = new Set<ObjectId>()
  const withheld: ObjectId[] = []
  const nothingWorks = (): boolean => {
    const [first] = failed
    return (
      moved === 0 &&
      first !== undefined &&
      isOfPlace(first.error) &&
      failed.every(each => (each.error as DvError).code === (first.error as DvError).code)
    )
  }
  return {
    moved: size => {
      moved++
      bytes += size
      context.report({ type: 'advance', items: 1, bytes: size })
    },
    absent: id => void absent.add(id),
    withheld: id => void withheld.push(id),
    failed: (id, error) => {
      throwIfAborted(context.signal)
      if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'disk-full') throw error
      failed.push({ id, error })
      if (failed.length >= enoughFailures && nothingWorks()) throw error
    },
    result: () => {
      if (nothingWorks()) throw failed[0]?.error
      return { moved, bytes, failed, absent: [...absent], withheld }
    },
  }
}

const isOfPlace = (error: unknown): boolean => error instanceof DvError && failuresOfPlaces.includes(error.code)
