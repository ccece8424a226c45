/** A cache in a temporary folder and a store in memory, filled as a test says. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Event } from '../../src/base/context.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import { printTree } from '../../src/format/tree.ts'
import { type Cache, openCache } from '../../src/store/cache.ts'
import { openObjectStamps } from '../../src/store/object-stamps.ts'
import { type KnownObjects, openKnownObjects } from '../../src/transfer/known-objects.ts'
import { type MemoryStore, openMemoryStore } from '../doubles/memory-store.ts'

export interface TestEnds {
  readonly cache: Cache
  readonly remote: MemoryStore
  readonly known: KnownObjects
  readonly context: Context
  readonly events: Event[]
  readonly abort: () => void
  readonly cleanUp: () => void
}

export function openEnds(): TestEnds {
  const folder = mkdtempSync(join(tmpdir(), 'dv-transfer-'))
  const stop = new AbortController()
  const events: Event[] = []
  return {
    cache: openCache({ folder: join(folder, 'cache'), hash: 'md5', shared: false, stamps: openObjectStamps(undefined) }),
    remote: openMemoryStore(),
    known: openKnownObjects(join(folder, 'known')),
    context: { cwd: folder, env: {}, signal: stop.signal, report: event => void events.push(event), now: Date.now },
    events,
    abort: () => stop.abort(),
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const idOf = (text: string): ObjectId => createHash('md5').update(text).digest('hex') as ObjectId

/** The bytes of a tree of files whose content is their name. */
export const treeBytes = (...names: readonly string[]): Uint8Array => printTree(names.map(name => ({ path: name, id: idOf(name) })))

export const treeIdOf = (...names: readonly string[]): ObjectId =>
  `${createHash('md5')
    .update(treeBytes(...names))
    .digest('hex')}.dir` as ObjectId

/** Puts the files and the tree into the cache. */
export function putTree(cache: Cache, ...names: readonly string[]): ObjectId {
  for (const name of names) cache.put(idOf(name), Buffer.from(name))
  cache.put(treeIdOf(...names), treeBytes(...names))
  return treeIdOf(...names)
}

/** A request for trees of files whose content is their name. */
export const requestOf = (trees: readonly (readonly string[])[], files: readonly string[] = []) => ({
  trees: new Map(trees.map(names => [treeIdOf(...names), names.map(idOf)])),
  files: new Set(files.map(idOf)),
})
