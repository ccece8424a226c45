/** A store to which the faults of a list happen; a test then demands that each of them did. */
import { Readable } from 'node:stream'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { ObjectStore } from '../../src/store/object-store.ts'

export interface Fault {
  readonly on: 'has' | 'read' | 'write' | 'list' | 'remove'
  /** only calls about this object; any call when undefined */
  readonly id?: ObjectId
  /** how often; for ever when undefined */
  readonly times?: number
  /** calls that succeed before the first fault */
  readonly after?: number
  /** thrown instead of doing the work; for `read` with `afterBytes` by the body */
  readonly error?: Error
  /** `read` only: so many bytes come before `error`; without an error the body just ends there */
  readonly afterBytes?: number
  /** `read` only: what the bytes are changed into */
  readonly change?: (bytes: Buffer) => Buffer
  /** awaited before the work */
  readonly delay?: () => Promise<void>
}

export interface FaultyStore extends ObjectStore {
  /** the faults that have not happened as often as they should have */
  faultsLeft(): readonly Fault[]
}

export function openFaultyStore(store: ObjectStore, faults: readonly Fault[]): FaultyStore {
  const state = faults.map(fault => ({ fault, toPass: fault.after ?? 0, happened: 0 }))
  /** The first fault that is due for the call. */
  const due = (on: Fault['on'], ids: readonly ObjectId[]): Fault | undefined => {
    for (const entry of state) {
      const { fault } = entry
      if (fault.on !== on || (fault.id !== undefined && !ids.includes(fault.id)) || entry.happened === fault.times) continue
      if (entry.toPass > 0) {
        entry.toPass--
        continue
      }
      entry.happened++
      return fault
    }
    return undefined
  }
  const instead = async (on: Fault['on'], ids: readonly ObjectId[]): Promise<void> => {
    const fault = due(on, ids)
    await fault?.delay?.()
    if (fault?.error) throw fault.error
  }
  return {
    ...store,
    faultsLeft: () => state.filter(({ fault, happened }) => happened < (fault.times ?? 1)).map(({ fault }) => fault),
    has: async (ids, signal) => {
      await instead('has', ids)
      return store.has(ids, signal)
    },
    read: async (id, options, consume) => {
      const fault = due('read', [id])
      await fault?.delay?.()
      if (fault?.error && fault.afterBytes === undefined) throw fault.error
      return store.read(id, options, body => consume(fault ? Readable.from(spoilt(body, fault), { objectMode: false }) : body))
    },
    write: async (id, source, signal) => {
      await instead('write', [id])
      return store.write(id, source, signal)
    },
    list: async function* (signal) {
      await instead('list', [])
      yield* store.list(signal)
    },
    inventory: async function* (signal) {
      await instead('list', [])
      yield* store.inventory(signal)
    },
    remove: async (ids, signal) => {
      await instead('remove', ids)
      return store.remove(ids, signal)
    },
  }
}

async function* spoilt(body: Readable, { afterBytes = Number.POSITIVE_INFINITY, change, error }: Fault): AsyncGenerator<Buffer> {
  let left = afterBytes
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left)
    left -= part.length
    if (part.length > 0) yield change ? change(part) : part
    if (left > 0) continue
    if (error) throw error
    return
  }
}
