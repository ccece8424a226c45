/** A folder of objects in DVC's layout: what the cache and a remote in a folder have in common. */
import { lstatSync, renameSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSystemError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { objectPath } from '../format/object-path.ts'
import { makeFolder } from './make-folder.ts'
import { openTemporaryFiles } from './temporary-files.ts'

export interface ObjectFolder {
  /** absolute */
  readonly folder: string
  readonly hash: HashKind
  /** folders for the group, as DVC's `shared = group` makes them */
  readonly shared: boolean
  pathOf(id: ObjectId): string
  /** Makes `files/md5/ab` if it is not there. */
  makeFolderOf(id: ObjectId): void
  /** A new, unused path under `.dv/tmp/`. */
  temporaryPath(): string
  /** Gives a whole file its final name. What is there already stays, and `temporary` goes; false then. */
  place(temporary: string, id: ObjectId): boolean
}

export function openObjectFolder({ folder, hash, shared }: { folder: string; hash: HashKind; shared: boolean }): ObjectFolder {
  const temporaryFiles = openTemporaryFiles(`${folder}/.dv/tmp`, { shared })
  const pathOf = (id: ObjectId): string => `${folder}/${objectPath(id, hash)}`
  const makeFolderOf = (id: ObjectId): void => makeFolder(dirname(pathOf(id)), { shared })
  return {
    folder,
    hash,
    shared,
    pathOf,
    makeFolderOf,
    temporaryPath: temporaryFiles.path,
    place: (temporary, id) => {
      const path = pathOf(id)
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
        unlinkSync(temporary)
        return false
      }
      try {
        renameSync(temporary, path)
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error
        temporaryFiles.forgetFolder()
        makeFolderOf(id)
        renameSync(temporary, path)
      }
      return true
    },
  }
}
