/** What a store holds that nobody needs: the cache, or a remote. */
import { buffer } from 'node:stream/consumers'
import { DvError } from '../base/error.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { parseTree, type Tree } from '../format/tree.ts'
import type { Cache } from '../store/cache.ts'
import { isObject } from '../store/id-check.ts'
import type { ListedObject, ObjectStore } from '../store/object-store.ts'
import type { KeptObjects } from './kept-objects.ts'

export interface Heap {
  readonly hash: HashKind
  /** all objects, in pages */
  objects(signal: AbortSignal): AsyncIterable<readonly ListedObject[]>
  /** undefined: it is not there any more, or is none, so that it promises nothing */
  readTree(id: ObjectId, signal: AbortSignal): Promise<Tree | undefined>
}

export interface Garbage {
  readonly trees: readonly ListedObject[]
  readonly files: readonly ListedObject[]
  /** objects that nobody names and that stay all the same, too young, or promised by a list that is */
  readonly spared: number
  /** objects that somebody names */
  readonly kept: number
}

export interface SurveyOptions {
  readonly kept: Pick<KeptObjects, 'has'>
  /** Of what nobody names: true for what has to stay. A list that stays keeps its files. */
  readonly stays: (object: ListedObject) => boolean
}

/** @throws DvError what the store does: a listing that breaks off is no listing */
export async function surveyHeap(heap: Heap, { kept, stays }: SurveyOptions, signal: AbortSignal): Promise<Garbage> {
  const trees: ListedObject[] = []
  const files: ListedObject[] = []
  const staying: ObjectId[] = []
  let spared = 0
  let named = 0
  for await (const page of heap.objects(signal)) {
    for (const object of page) {
      if (kept.has(heap.hash, object.id)) named++
      else if (stays(object)) {
        spared++
        if (isTreeId(object.id)) staying.push(object.id)
      } else if (isTreeId(object.id)) trees.push(object)
      else files.push(object)
    }
  }
  const promised = new Set<ObjectId>()
  for (const id of staying) for (const entry of (await heap.readTree(id, signal)) ?? []) promised.add(entry.id)
  const unpromised = files.filter(({ id }) => !promised.has(id))
  return { trees, files: unpromised, spared: spared + files.length - unpromised.length, kept: named }
}

/** Sizes and times are looked up for what goes only, so that a cache on NFS is listed and not looked through. */
export const heapOfCache = (cache: Cache): Heap => ({
  hash: cache.hash,
  objects: async function* (signal) {
    for await (const page of cache.list(signal)) yield page.map(id => ({ id, size: 0, time: 0 }))
  },
  readTree: async id => orNothing(async () => cache.readTree(id)),
})

export const heapOfRemote = (store: ObjectStore, cache: Cache): Heap => ({
  hash: cache.hash,
  objects: signal => store.inventory(signal),
  readTree: async (id, signal) =>
    (await orNothing(async () => cache.readTree(id))) ??
    (await orNothing(async () => {
      const bytes = await store.read(id, { signal }, body => buffer(body))
      return isObject(bytes, id, 'md5') ? parseTree(bytes) : undefined
    })),
})

async function orNothing(read: () => Promise<Tree | undefined>): Promise<Tree | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof DvError && ['object-missing', 'object-corrupt', 'bad-pointer'].includes(error.code)) return undefined
    throw error
  }
}
