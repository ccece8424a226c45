/** The cache: the one store with paths, and with one door, which hashes what passes. */
import { lstatSync, readFileSync, renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { DvError, isSystemError } from '../base/error.ts'
import { stampOf } from '../base/file-stamp.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { parseTree, type Tree } from '../format/tree.ts'
import { checkWhole } from './cache-wholeness.ts'
import { fileError } from './file-errors.ts'
import { isObject } from './id-check.ts'
import { makeFolder } from './make-folder.ts'
import { readObject, sourceOfObject } from './object-file.ts'
import { openObjectFolder } from './object-folder.ts'
import { inventoryOf, listObjects, whichExist, whichExistNow } from './object-listing.ts'
import { removeObjects } from './object-removal.ts'
import type { ObjectStamps } from './object-stamps.ts'
import type { ObjectSource, ObjectStore } from './object-store.ts'
import { syncFiles } from './sync-files.ts'
import { receiveWhole, smallObjectBytes, writeWhole } from './whole-file.ts'

export interface Cache extends ObjectStore {
  /** cache.dir, absolute */
  readonly folder: string
  readonly hash: HashKind
  readonly stamps: ObjectStamps
  pathOf(id: ObjectId): string
  /** bytes; undefined when the object is not there. A look-up of 4 µs, without a promise. */
  sizeOf(id: ObjectId): number | undefined
  /** `has` without a promise, for whole plans: 20,000 ids take 20 ms. */
  hasNow(ids: readonly ObjectId[]): Set<ObjectId>
  /** @throws DvError 'object-missing' */
  source(id: ObjectId): Promise<ObjectSource>
  /**
   * Hashes while writing to `.dv/tmp/`; the object gets its place, with mode 0444, only if it is `id`. What is there already stays.
   * @returns bytes. @throws DvError 'object-corrupt', 'disk-full', 'access-denied', 'interrupted'
   */
  receive(id: ObjectId, body: Readable, signal: AbortSignal): Promise<number>
  /** The same for bytes from elsewhere, of which nobody knows the md5 before they are here. @throws DvError as `receive` */
  keep(body: Readable, signal: AbortSignal): Promise<{ readonly id: ObjectId; readonly bytes: number }>
  /** The same for bytes at hand. Does nothing when the object is there already; a damaged one is set aside first. */
  put(id: ObjectId, bytes: Uint8Array): void
  /** Read and checked against its id. @throws DvError 'object-missing', 'object-corrupt', 'bad-pointer' */
  readTree(id: ObjectId): Tree
  /** A new, unused path under `.dv/tmp/`, which is made on first use. @throws DvError 'access-denied', 'disk-full' */
  temporaryPath(): string
  /** Makes an object's folder `files/md5/ab` if it is not there (mode per cache.shared). */
  makeFolderOf(id: ObjectId): void
  /**
   * Whether the object is still what was hashed: at once when it has mode 0444 and a stamp we know, else by hashing it, and what
   * is damaged is set aside. @throws DvError 'object-missing', 'access-denied', 'interrupted'
   */
  isWhole(id: ObjectId, signal: AbortSignal): Promise<boolean>
  /** Moves a damaged object to `.dv/damaged/`; returns its path there. @throws DvError 'object-missing', 'access-denied' */
  setAside(id: ObjectId): string
  /** After it a power cut takes none of `ids`. @throws DvError 'disk-full', 'store-unavailable' */
  makeDurable(ids: readonly ObjectId[]): Promise<void>
}

export interface CacheOptions {
  /** absolute */
  readonly folder: string
  readonly hash: HashKind
  /** cache.shared = group: folders are made 02775 */
  readonly shared: boolean
  readonly stamps: ObjectStamps
}

/** Files written at a time while they are hashed; the hash, on one core, is the limit above this. */
const writesAtOnce = 8

export function openCache(options: CacheOptions): Cache {
  const { stamps } = options
  const place = openObjectFolder(options)
  const orTold = <T>(task: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fileError(error, `${task} ${place.folder}`, place.folder)
    }
  }
  const sizeOf = (id: ObjectId): number | undefined =>
    orTold('look into', () => lstatSync(place.pathOf(id), { throwIfNoEntry: false })?.size)
  const stampPlaced = (id: ObjectId): void => stamps.record(id, stampOf(lstatSync(place.pathOf(id), { bigint: true })))
  const receive = async (id: ObjectId, body: Readable, signal: AbortSignal): Promise<number> => {
    const { bytes, isNew } = await receiveWhole(place, { id, body }, signal)
    if (isNew) stampPlaced(id)
    return bytes
  }
  const keep = async (body: Readable, signal: AbortSignal): Promise<{ id: ObjectId; bytes: number }> => {
    const { id, bytes, isNew } = await receiveWhole(place, { body }, signal)
    if (isNew) stampPlaced(id)
    return { id, bytes }
  }
  const setAside = (id: ObjectId): string => {
    const to = moveAside(place.pathOf(id), `${place.folder}/.dv/damaged`, options)
    stamps.forget(id)
    return to
  }
  /** What has a stamp that we do not know is hashed. */
  const isThere = (id: ObjectId): boolean => {
    const path = place.pathOf(id)
    const stats = orTold('look into', () => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
    if (stats === undefined || stamps.trusts(id, stampOf(stats))) return stats !== undefined
    if (
      isObject(
        orTold('read', () => readFileSync(path)),
        id,
        place.hash,
      )
    ) {
      stamps.record(id, stampOf(stats))
      return true
    }
    setAside(id)
    return false
  }
  return {
    label: place.folder,
    concurrency: writesAtOnce,
    folder: place.folder,
    hash: place.hash,
    stamps,
    pathOf: place.pathOf,
    temporaryPath: () => orTold('write in', place.temporaryPath),
    makeFolderOf: id => orTold('write in', () => place.makeFolderOf(id)),
    sizeOf,
    hasNow: ids => whichExistNow(place, ids),
    source: async id => {
      const source = await sourceOfObject(place, id)
      if (source.size <= smallObjectBytes) return source
      const stamp = stampOf(orTold('look into', () => lstatSync(place.pathOf(id), { bigint: true })))
      return stamps.trusts(id, stamp) ? { ...source, stamp } : source
    },
    receive,
    keep,
    put: (id, bytes) => {
      if (!isThere(id) && writeWhole(place, id, bytes)) stampPlaced(id)
    },
    readTree: id => readTree(place.pathOf(id), id, place.folder),
    isWhole: (id, signal) => checkWhole({ place, stamps, setAside }, id, signal),
    setAside,
    makeDurable: ids => syncFiles(place.folder, ids.map(place.pathOf)),
    has: (ids, signal) => whichExist(place, ids, signal),
    read: (id, { start, signal }, consume) => readObject(place, id, { ...(start !== undefined && { start }), signal, consume }),
    write: async (id, source, signal) => void (await receive(id, source.open(), signal)),
    list: signal => listObjects(place, signal),
    inventory: signal => inventoryOf(place, signal),
    remove: async (ids, signal) => {
      await removeObjects(place, ids, signal)
      for (const id of ids) stamps.forget(id)
    },
    close: async () => {},
  }
}

function readTree(path: string, id: ObjectId, folder: string): Tree {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw new DvError('object-missing', `the list of files ${id} is not in ${folder}`, { cause: error })
    throw fileError(error, `read ${path}`, path)
  }
  if (!isObject(bytes, id, 'md5'))
    throw new DvError('object-corrupt', `the list of files ${id} in ${folder} is damaged: its hash is another`)
  try {
    return parseTree(bytes)
  } catch (error) {
    if (!(error instanceof DvError)) throw error
    throw new DvError(error.code, `the list of files ${id} cannot be used: ${error.message}`, { cause: error })
  }
}

function moveAside(path: string, folder: string, { shared }: { readonly shared: boolean }): string {
  try {
    makeFolder(folder, { shared })
    const name = `${basename(dirname(path))}${basename(path)}`
    for (let attempt = 1; ; attempt++) {
      const to = `${folder}/${name}${attempt === 1 ? '' : `-${attempt}`}`
      if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) continue
      renameSync(path, to)
      return to
    }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw new DvError('object-missing', `there is no ${path} to set aside`, { cause: error })
    throw fileError(error, `set aside ${path}`, path)
  }
}
