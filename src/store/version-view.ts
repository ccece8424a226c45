/** What a cloud-versioned remote keeps of a few outputs, as a store that is read by object id. */
import { Readable } from 'node:stream'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { ObjectStore } from './object-store.ts'
import type { VersionedBucket, VersionPlace } from './s3/versioned-bucket.ts'

export interface KeptVersions {
  /** where the bytes of a file are */
  readonly files: ReadonlyMap<ObjectId, VersionPlace>
  /** lists of files: the pointer holds them, and the remote does not */
  readonly trees: ReadonlyMap<ObjectId, Uint8Array>
}

export function openVersionView(bucket: VersionedBucket, { files, trees }: KeptVersions): ObjectStore {
  const { label, concurrency } = bucket
  const cannot = (verb: string): DvError =>
    new DvError('store-refused', `cannot ${verb} objects on ${label}: it keeps files under their own names, by the bucket's versions`)
  const list = async function* (): AsyncGenerator<never> {
    yield* [] as never[]
    throw cannot('list')
  }
  return {
    label,
    concurrency,
    has: async (ids, signal) => {
      const found = new Set(ids.filter(id => trees.has(id)))
      await pool(ids, { limit: concurrency, signal }, async id => {
        const place = files.get(id)
        if (place !== undefined && (await bucket.look(place, signal)) !== undefined) found.add(id)
      })
      return found
    },
    read: async (id, options, consume) => {
      const tree = trees.get(id)
      if (tree !== undefined) return consume(Readable.from([tree.subarray(options.start ?? 0)]))
      const place = files.get(id)
      if (place === undefined) throw new DvError('object-missing', `no version of ${id} on ${label} is known`)
      return bucket.read(place, options, consume)
    },
    write: async () => {
      throw cannot('write')
    },
    list,
    inventory: list,
    remove: async () => {
      throw cannot('remove')
    },
    close: bucket.close,
  }
}
