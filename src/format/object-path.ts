/** Where an object lies in a cache or remote, relative to its folder or prefix. */
import { type HashKind, isObjectId, type ObjectId } from '../base/object-id.ts'

/** DVC 3 moved its objects under this folder (dvc/cachemgr.py); those of DVC 2 lie straight in the cache. */
const folders: Readonly<Record<HashKind, string>> = { md5: 'files/md5/', 'md5-dos2unix': '' }

/** `files/md5/ab/cdef….dir`, or `ab/cdef…` for objects of DVC 2. */
export const objectPath = (id: ObjectId, hash: HashKind): string => `${folders[hash]}${id.slice(0, 2)}/${id.slice(2)}`

/** The id of the object at `path`, or undefined when that is the place of no object: temp names, run cache, strangers. */
export function idFromObjectPath(path: string, hash: HashKind): ObjectId | undefined {
  const start = folders[hash].length
  if (path.charCodeAt(start + 2) !== 0x2f || !path.startsWith(folders[hash])) return undefined
  const id = path.slice(start, start + 2) + path.slice(start + 3)
  return isObjectId(id) ? id : undefined
}
