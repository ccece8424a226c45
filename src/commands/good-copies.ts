/** Brings whole copies of objects into the cache from wherever one is; each is hashed on its way in. */
import { createReadStream, statSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { printTree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { Cache } from '../store/cache.ts'
import { fetchObjects } from '../transfer/fetch.ts'
import { planFetch } from '../transfer/plan-fetch.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { fileOfOwner, type Owner } from './object-owners.ts'
import { placeOf } from './place.ts'

export interface CopySearch {
  readonly cache: Cache
  readonly owners: ReadonlyMap<ObjectId, readonly Owner[]>
  /** asked in this order; the one whose own copy is damaged is not among them */
  readonly remotes: readonly string[]
}

/** By id, where the copy came from: `the work tree`, or the remote's name. @throws DvError 'interrupted', 'disk-full' */
export async function bringGoodCopies(
  repo: Repo,
  ids: readonly ObjectId[],
  { cache, owners, remotes }: CopySearch,
  context: Context,
): Promise<ReadonlyMap<ObjectId, string>> {
  const brought = new Map<ObjectId, string>()
  context.report({ type: 'phase', name: 'Looking for good copies', items: ids.length })
  for (const id of ids)
    for (const owner of owners.get(id) ?? [])
      if (owner.commit === undefined && !brought.has(id) && (await takeFromWorkspace(repo, { id, owner, cache }, context)))
        brought.set(id, 'the work tree')
  for (const name of remotes) {
    const lacking = ids.filter(id => !brought.has(id))
    if (lacking.length === 0) break
    for (const id of await takeFromRemote(repo, lacking, { cache, name }, context)) brought.set(id, name)
  }
  await cache.makeDurable([...brought.keys()])
  return brought
}

async function takeFromWorkspace(
  repo: Repo,
  { id, owner, cache }: { readonly id: ObjectId; readonly owner: Owner; readonly cache: Cache },
  context: Context,
): Promise<boolean> {
  const file = fileOfOwner(owner)
  try {
    if (isTreeId(id)) {
      const snapshot = await takeSnapshot(placeOf(repo, file, cache.hash), context)
      if (snapshot.kind !== 'folder' || snapshot.id !== id) return false
      cache.put(id, printTree(snapshot.tree))
    } else {
      // Nothing but a file: a named pipe in its place would hold us up for ever.
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false
      await cache.receive(id, createReadStream(file), context.signal)
    }
    return cache.isWhole(id, context.signal)
  } catch (error) {
    // The file was changed, or cannot be read: then it is no good copy.
    if (error instanceof DvError && notAGoodCopy.has(error.code)) return false
    if (isSystemError(error, 'EACCES', 'ENOENT', 'ENOTDIR', 'ELOOP')) return false
    throw error
  }
}

const notAGoodCopy: ReadonlySet<string> = new Set(['object-corrupt', 'object-missing', 'unsupported-file', 'file-changed', 'access-denied'])

async function takeFromRemote(
  repo: Repo,
  ids: readonly ObjectId[],
  { cache, name }: { readonly cache: Cache; readonly name: string },
  context: Context,
): Promise<readonly ObjectId[]> {
  try {
    const { store } = await repo.store(await repo.remote(name), cache.hash)
    const plan = planFetch(new Set(ids), cache)
    await fetchObjects(plan, { cache, remote: store }, {}, context)
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'disk-full') throw error
    context.report({ type: 'warning', message: `remote '${name}' could not be asked for good copies: ${error.message}` })
  }
  const here: ObjectId[] = []
  for (const id of cache.hasNow(ids)) if (await cache.isWhole(id, context.signal)) here.push(id)
  return here
}
