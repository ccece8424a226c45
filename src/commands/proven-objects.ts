/** Objects that a remote has now, so that the cache may do without them. */
import { lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { objectPath } from '../format/object-path.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import type { RemoteConfig } from '../store/open.ts'

export interface Proof {
  readonly remote: RemoteConfig
  readonly cache: Cache
  readonly ids: readonly ObjectId[]
}

/**
 * Each is asked for, whatever is remembered and whatever a list promises. In a folder the size has to be the same, too: another program
 * may have left half of an object there. @throws DvError 'bad-config' when the remote is the cache itself
 */
export async function provenOn(repo: Repo, { remote, cache, ids }: Proof, context: Context): Promise<ReadonlySet<ObjectId>> {
  assertNotTheCache(remote, cache)
  const { store } = await repo.store(remote, cache.hash)
  context.report({ type: 'phase', name: `Asking ${store.label}` })
  const present = await store.has(ids, context.signal)
  if (!isFolder(remote)) return present
  return new Set([...present].filter(id => hasSameSize(cache.pathOf(id), `${remote.url}/${objectPath(id, cache.hash)}`)))
}

const isFolder = ({ url }: RemoteConfig): boolean => !/^[a-z][a-z0-9+.-]+:\/\//i.test(url)

/** What the cache has not is not lost by it. */
function hasSameSize(here: string, there: string): boolean {
  const ours = lstatSync(here, { throwIfNoEntry: false })
  return ours === undefined || ours.size === lstatSync(there, { throwIfNoEntry: false })?.size
}

/** By whatever path, mount or link: then what is taken from one is taken from the other. @throws DvError 'bad-config' */
function assertNotTheCache(remote: RemoteConfig, cache: Cache): void {
  if (!isFolder(remote)) return
  for (let at = 0; at < folderCount; at++) {
    const path = objectPath(`${at.toString(16).padStart(2, '0')}${'0'.repeat(30)}` as ObjectId, cache.hash)
    if (isSame(`${cache.folder}/${dirname(path)}`, `${remote.url}/${dirname(path)}`))
      throw new DvError('bad-config', `remote '${remote.name}' is the cache at ${cache.folder} itself: it proves nothing`, {
        hint: 'dv remote list',
      })
  }
}

/** Folders `00` to `ff`. */
const folderCount = 256

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map(path => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}
