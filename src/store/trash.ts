/**
 * Objects that a gc took out of a cache lie in `<cache.dir>/.dv/trash/<when>/<layout>/<id>` until their time is over. They are renamed,
 * so that they cost no copy and come back whole. No folder there has a name of two characters: DVC would take what lies in it for objects.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { DvError, isSystemError } from '../base/error.ts'
import { type HashKind, isObjectId, type ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import type { Cache } from './cache.ts'
import { fileError } from './file-errors.ts'
import { makeFolder } from './make-folder.ts'

/** One gc's. */
export interface TrashBatch {
  /** absolute */
  readonly folder: string
  /** ms since 1970 */
  readonly time: number
}

export interface TrashedObject {
  readonly hash: HashKind
  readonly id: ObjectId
  /** absolute */
  readonly path: string
  /** bytes */
  readonly size: number
}

/** Renames between two turns of the event loop: about 10 ms. */
const batchSize = 500

const trashOf = (cacheFolder: string): string => `${cacheFolder}/.dv/trash`

/** The folder for what goes now; made with its first object. `now`: ms since 1970. */
export function newBatch(cacheFolder: string, now: number): TrashBatch {
  const time = Math.floor(now / 1000) * 1000
  const name = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
  return { folder: `${trashOf(cacheFolder)}/${name}-${randomBytes(4).toString('hex')}`, time }
}

/**
 * One rename each; what is not there any more is passed over. @returns those that went
 * @throws DvError 'access-denied', 'store-unavailable', 'interrupted'; what went before stays in the trash
 */
export async function throwAway(
  { folder }: TrashBatch,
  { cache, ids, shared }: { readonly cache: Cache; readonly ids: readonly ObjectId[]; readonly shared: boolean },
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  const into = `${folder}/${cache.hash}`
  const gone: ObjectId[] = []
  for (const [at, id] of ids.entries()) {
    if (at % batchSize === 0) await turn(signal)
    try {
      if (at === 0) {
        assertNoLinks(into, cache.folder)
        makeFolder(into, { shared })
      }
      renameSync(cache.pathOf(id), `${into}/${id}`)
      cache.stamps.forget(id)
      gone.push(id)
    } catch (error) {
      if (isSystemError(error, 'EXDEV')) throw elsewhere(cache.pathOf(id), into, error)
      if (!isSystemError(error, 'ENOENT') || !existsSync(into)) throw fileError(error, `move ${cache.pathOf(id)} to ${into}`, into)
    }
  }
  return gone
}

const elsewhere = (from: string, into: string, cause: Error): DvError =>
  new DvError('store-refused', `cannot move ${from} to ${into}: they are on two file systems, and nothing is copied to be thrown away`, {
    cause,
  })

/** Oldest first. */
export function trashBatches(cacheFolder: string): readonly TrashBatch[] {
  return namesIn(trashOf(cacheFolder))
    .flatMap(name => {
      const [, year, month, day, hour, minute, second] = batchForm.exec(name) ?? []
      if (year === undefined) return []
      const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
      return [{ folder: `${trashOf(cacheFolder)}/${name}`, time }]
    })
    .sort((a, b) => a.time - b.time)
}

const batchForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}$/

const layouts: readonly HashKind[] = ['md5', 'md5-dos2unix']

/** Only what has the name of an object is looked at, here and when it is removed. */
export function trashedObjects({ folder }: TrashBatch): readonly TrashedObject[] {
  return layouts.flatMap(hash =>
    namesIn(`${folder}/${hash}`).flatMap(id => {
      const path = `${folder}/${hash}/${id}`
      const stats = isObjectId(id) ? lstatSync(path, { throwIfNoEntry: false }) : undefined
      return stats?.isFile() && isObjectId(id) ? [{ hash, id, path, size: stats.size }] : []
    }),
  )
}

/** Back to where they were; one that the cache has again stays in the trash. Files first: a list promises them. @returns those that came back */
export async function bringBack(
  objects: readonly TrashedObject[],
  cacheOf: (hash: HashKind) => Cache,
  signal: AbortSignal,
): Promise<readonly TrashedObject[]> {
  const back: TrashedObject[] = []
  for (const [at, object] of [...objects].sort((a, b) => a.id.length - b.id.length).entries()) {
    if (at % batchSize === 0) await turn(signal)
    const { hash, id, path } = object
    const cache = cacheOf(hash)
    if (cache.sizeOf(id) !== undefined) continue
    cache.makeFolderOf(id)
    try {
      renameSync(path, cache.pathOf(id))
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) continue // another process brought it back
      throw fileError(error, `bring back ${path}`, path)
    }
    cache.stamps.forget(id)
    back.push(object)
  }
  return back
}

/** Removes for good. @returns bytes that no other link holds */
export async function emptyBatch(batch: TrashBatch, cacheFolder: string, signal: AbortSignal): Promise<number> {
  assertNoLinks(batch.folder, cacheFolder)
  let freed = 0
  for (const [at, { path, size }] of trashedObjects(batch).entries()) {
    if (at % batchSize === 0) await turn(signal)
    try {
      if (lstatSync(path).nlink === 1) freed += size
      unlinkSync(path)
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw fileError(error, `remove ${path}`, path)
    }
  }
  removeIfEmpty(batch)
  return freed
}

/** What is left in it, say of a colleague's, keeps the folder. */
export function removeIfEmpty({ folder }: TrashBatch): void {
  for (const path of [...layouts.map(hash => `${folder}/${hash}`), folder]) {
    try {
      rmdirSync(path)
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM')) throw error
    }
  }
}

/** A link in place of one of our folders would have the objects of this cache moved, or others removed, wherever it leads. */
function assertNoLinks(folder: string, cacheFolder: string): void {
  for (let at = folder; at.length > cacheFolder.length; at = at.slice(0, at.lastIndexOf('/'))) {
    if (!lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) continue
    throw new DvError('access-denied', `${at} is a symbolic link, where dv keeps its trash: nothing is moved through it`, {
      hint: `rm ${at}`,
    })
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : []
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw fileError(error, `look into ${folder}`, folder)
  }
}

async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate()
  throwIfAborted(signal)
}
