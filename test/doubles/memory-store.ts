/** A store in memory, which counts what it is asked. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { DvError } from '../../src/base/error.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import { throwIfAborted } from '../../src/base/pool.ts'
import type { ObjectStore } from '../../src/store/object-store.ts'

export interface MemoryStore extends ObjectStore {
  readonly objects: Map<ObjectId, Uint8Array>
  /** each call in order: `has 3`, `read <id>`, `write <id>`, `remove 2`, `list` */
  readonly calls: string[]
}

export function openMemoryStore({ label = 'memory', concurrency = 4 }: { label?: string; concurrency?: number } = {}): MemoryStore {
  const objects = new Map<ObjectId, Uint8Array>()
  const times = new Map<ObjectId, number>()
  const calls: string[] = []
  const begin = (call: string, signal: AbortSignal): void => {
    throwIfAborted(signal)
    calls.push(call)
  }
  return {
    label,
    concurrency,
    objects,
    calls,
    has: async (ids, signal) => {
      begin(`has ${ids.length}`, signal)
      return new Set(ids.filter(id => objects.has(id)))
    },
    read: async (id, { start = 0, signal }, consume) => {
      begin(`read ${id}`, signal)
      const bytes = objects.get(id)
      if (bytes === undefined) throw new DvError('object-missing', `object ${id} is not in ${label}`)
      return consume(Readable.from(bytes.length > start ? [Buffer.from(bytes.subarray(start))] : [], { objectMode: false }))
    },
    write: async (id, source, signal) => {
      begin(`write ${id}`, signal)
      const bytes = await buffer(source.open())
      throwIfAborted(signal)
      if (createHash('md5').update(bytes).digest('hex') !== id.slice(0, 32)) {
        throw new DvError('object-corrupt', `${label} refused ${id}: the bytes have another hash`)
      }
      objects.set(id, bytes)
      times.set(id, Date.now())
    },
    list: async function* (signal) {
      begin('list', signal)
      yield [...objects.keys()]
    },
    inventory: async function* (signal) {
      begin('inventory', signal)
      yield [...objects].map(([id, bytes]) => ({ id, size: bytes.length, time: times.get(id) ?? 0 }))
    },
    remove: async (ids, signal) => {
      begin(`remove ${ids.length}`, signal)
      for (const id of ids) objects.delete(id)
    },
    close: async () => {},
  }
}
