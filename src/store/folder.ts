/** A remote in a folder: local, or mounted (NFS). It is laid out like a cache, as DVC's are, and its objects are 0444 like theirs. */
import { readFileSync } from 'node:fs'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { copyKnown } from './copy-known.ts'
import { fileError } from './file-errors.ts'
import { readObject } from './object-file.ts'
import { type ObjectFolder, openObjectFolder } from './object-folder.ts'
import { inventoryOf, listObjects, whichExist } from './object-listing.ts'
import { removeObjects } from './object-removal.ts'
import type { ObjectSource, ObjectStore } from './object-store.ts'
import { receiveWhole, smallObjectBytes, writeWhole } from './whole-file.ts'

export interface FolderStoreOptions {
  /** absolute */
  readonly folder: string
  /** for people */
  readonly label: string
  readonly hash: HashKind
  /** the remote's `shared = group`: folders are made 02775 */
  readonly shared?: boolean
}

/** Large objects are copied side by side; small ones one after the other, with synchronous calls. */
const copiesAtOnce = 4

export function openFolderStore({ folder, label, hash, shared = false }: FolderStoreOptions): ObjectStore {
  const place = openObjectFolder({ folder, hash, shared })
  return {
    label,
    concurrency: copiesAtOnce,
    has: (ids, signal) => whichExist(place, ids, signal),
    read: (id, { start, signal }, consume) => readObject(place, id, { ...(start !== undefined && { start }), signal, consume }),
    write: (id, source, signal) => writeObject(place, { id, source }, signal),
    list: signal => listObjects(place, signal),
    inventory: signal => inventoryOf(place, signal),
    remove: (ids, signal) => removeObjects(place, ids, signal),
    close: async () => {},
  }
}

/** Hashes while copying what is not known to be whole. @throws DvError 'object-corrupt' when the source is not the object; nothing is written then */
async function writeObject(
  place: ObjectFolder,
  { id, source }: { id: ObjectId; source: ObjectSource },
  signal: AbortSignal,
): Promise<void> {
  throwIfAborted(signal)
  if (source.path !== undefined && source.size <= smallObjectBytes) writeWhole(place, id, readSource(source.path))
  else if (!(await copyIfKnown(place, { id, source }, signal))) await receiveWhole(place, { id, body: source.open() }, signal)
}

async function copyIfKnown(
  place: ObjectFolder,
  { id, source: { path, stamp } }: { id: ObjectId; source: ObjectSource },
  signal: AbortSignal,
): Promise<boolean> {
  if (path === undefined || stamp === undefined) return false
  try {
    return await copyKnown(place, id, { path, stamp }, signal)
  } catch (error) {
    throw fileError(error, `write object ${id} in ${place.folder}`, place.folder)
  }
}

function readSource(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw fileError(error, `read ${path}`, path)
  }
}
