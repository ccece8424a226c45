/** A repository for a dry run: lists of files that a remote has are read, and nothing of them is kept. */
import { buffer } from 'node:stream/consumers'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { parseTree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import { isObject } from '../store/id-check.ts'

/** Without the lists nobody could tell what would be fetched. */
export function peekingRepo(repo: Repo): Repo {
  const caches = new Map<HashKind, Cache>()
  return {
    ...repo,
    cache: hash => {
      const cache = caches.get(hash) ?? peekingCache(repo.cache(hash))
      caches.set(hash, cache)
      return cache
    },
  }
}

function peekingCache(cache: Cache): Cache {
  const lists = new Map<ObjectId, Buffer>()
  return {
    ...cache,
    receive: async (id, body) => {
      const bytes = await buffer(body)
      if (!isObject(bytes, id, 'md5')) throw new DvError('object-corrupt', `object ${id} arrived damaged: its hash is another`)
      lists.set(id, bytes)
      return bytes.byteLength
    },
    put: (id, bytes) => void lists.set(id, Buffer.from(bytes)),
    readTree: id => {
      const bytes = lists.get(id)
      return bytes ? parseTree(bytes) : cache.readTree(id)
    },
    setAside: cache.pathOf,
  }
}
