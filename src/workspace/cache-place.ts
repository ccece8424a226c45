/** How another thread opens the same cache. */
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Cache } from '../store/cache.ts'
import type { CachePlace } from './file-order.ts'

/** Whether the cache is the group's is read off its temporary folder, which the cache has made with its own mode. */
export function placeOfCache(cache: Cache): CachePlace {
  const { mode } = statSync(dirname(cache.temporaryPath()))
  return { folder: cache.folder, hash: cache.hash, shared: (mode & groupBits) === groupBits }
}

/** Files of the folder belong to its group, and the group may write: the mode 02775 of `cache.shared = group`. */
const groupBits = 0o2020
