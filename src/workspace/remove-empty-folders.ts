/** Folders without a file are no data: git and DVC know nothing of them, so they are in nobody's way. */
import { readdirSync, rmdirSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'

/** Removes `folder` and those below it, as far as they hold nothing else. True when `folder` is gone. */
export function removeEmptyFolders(folder: string): boolean {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    if (!entries.every(entry => entry.isDirectory() && removeEmptyFolders(`${folder}/${entry.name}`))) return false
    rmdirSync(folder)
    return true
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'EBUSY', 'EACCES', 'EPERM', 'EROFS')) return false
    throw error
  }
}
