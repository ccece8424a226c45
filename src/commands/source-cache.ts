/** Files anywhere on this machine, as if they were in the cache, so that the same transfer can send them. */
import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { DvError, isSystemError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'
import type { ObjectSource } from '../store/object-store.ts'

export interface Sources {
  /** absolute paths, hashed just now */
  readonly files: readonly { readonly id: ObjectId; readonly path: string }[]
  /** from other machines */
  readonly streams: readonly { readonly id: ObjectId; readonly source: ObjectSource }[]
  readonly tree: { readonly id: ObjectId; readonly bytes: Uint8Array } | undefined
}

/** What is not among the sources is looked for in `cache`. The remote checks the md5 of what arrives, so a file that changes is refused there. */
export function sourceCache(cache: Cache, { files, streams, tree }: Sources): Cache {
  const pathOf = new Map(files.map(file => [file.id, file.path]))
  const streamOf = new Map(streams.map(({ id, source }) => [id, source]))
  const isSource = (id: ObjectId): boolean => pathOf.has(id) || streamOf.has(id) || id === tree?.id
  return {
    ...cache,
    pathOf: id => pathOf.get(id) ?? cache.pathOf(id),
    sizeOf: id => {
      const path = pathOf.get(id)
      if (path !== undefined) return sizeNow(path)
      return streamOf.get(id)?.size ?? (id === tree?.id ? tree.bytes.byteLength : cache.sizeOf(id))
    },
    isWhole: async (id, signal) => isSource(id) || cache.isWhole(id, signal),
    has: async (ids, signal) =>
      new Set([
        ...ids.filter(isSource),
        ...(await cache.has(
          ids.filter(id => !isSource(id)),
          signal,
        )),
      ]),
    source: async (id): Promise<ObjectSource> => {
      const path = pathOf.get(id)
      if (path !== undefined)
        return { size: sizeNow(path), path, mayChange: true, open: start => createReadStream(path, { start: start ?? 0 }) }
      const stream = streamOf.get(id)
      if (stream !== undefined) return stream
      if (id === tree?.id) return { size: tree.bytes.byteLength, open: start => Readable.from([tree.bytes.subarray(start ?? 0)]) }
      return cache.source(id)
    },
  }
}

function sizeNow(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR'))
      throw new DvError('file-changed', `${path} went away while it was added`, { cause: error })
    throw error
  }
}
