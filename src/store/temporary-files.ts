/** Paths for files that are being written, on the file system of the objects and never beside them, where `dvc gc` would delete them. */
import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import { makeFolder } from './make-folder.ts'

export interface TemporaryFiles {
  /** A new path that nobody uses. The folder is made, and left-overs of the dead are swept, on the first call. */
  path(): string
  /** After somebody removed the folder: the next path makes it anew. */
  forgetFolder(): void
}

/** A write that has not moved for so long is dead. An upload that lasts longer keeps touching its file. */
const oldAfterMs = 24 * 60 * 60 * 1000

export function openTemporaryFiles(folder: string, { shared }: { readonly shared: boolean }): TemporaryFiles {
  const ours = `${process.pid}-${randomBytes(6).toString('hex')}`
  let made = false
  let count = 0
  return {
    path: () => {
      if (!made) {
        makeFolder(folder, { shared })
        sweep(folder)
        made = true
      }
      return `${folder}/${ours}-${count++}`
    },
    forgetFolder: () => {
      made = false
    },
  }
}

const nameForm = /^\d+-[0-9a-f]{12}-\d+$/

function sweep(folder: string): void {
  const limit = Date.now() - oldAfterMs
  for (const name of readdirSync(folder)) {
    if (!nameForm.test(name)) continue
    try {
      if (lstatSync(`${folder}/${name}`).mtimeMs < limit) unlinkSync(`${folder}/${name}`)
    } catch (error) {
      // Another process swept it first, or it is a colleague's, who will.
      if (!isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error
    }
  }
}
