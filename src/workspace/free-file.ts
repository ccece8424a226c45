/** Makes one file of the workspace the user's own: a link becomes a copy, and what is read-only can be written. */
import { type BigIntStats, chmodSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DvError } from '../base/error.ts'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import { openUnfinishedNames } from '../base/unfinished-name.ts'
import { fileError } from '../store/file-errors.ts'
import { type Carrier, type FileOrder, FileState } from './file-order.ts'
import { pathIn } from './file-rows.ts'
import { copyFile, openLinker, plainMode } from './link.ts'
import type { Pulse } from './read-stable.ts'
import { readStamp, writeStamp } from './stamp-rows.ts'

const ownerMayRun = 0o100

/** By symlink, or by a second name; the link count of what a symlink leads to says nothing. */
export const isLink = (stats: BigIntStats): boolean => stats.isSymbolicLink() || stats.nlink > 1n

/** Whether `freeFile` would change it. `stats`: of the path itself. */
export const isFree = (stats: BigIntStats): boolean => !isLink(stats) && (Number(stats.mode) & 0o200) !== 0

/** The row's stamp becomes that of the copy. @throws DvError 'file-changed', 'access-denied', 'disk-full', 'interrupted' */
export function openFileFreer(pulse: Pulse): Carrier {
  const newName = openUnfinishedNames()
  const link = openLinker(['reflink'], pulse)

  const free = (order: FileOrder, { row, path }: { readonly row: number; readonly path: string }): void => {
    const mode = Number(statSync(path).mode)
    if (!isLink(lstatSync(path, { bigint: true }))) {
      chmodSync(path, plainMode() | (mode & ownerMayRun))
      return
    }
    const temporary = `${dirname(path)}/${newName()}`
    try {
      if ((mode & ownerMayRun) !== 0) copyFile(path, temporary, { executable: true, pulse })
      else link(path, temporary)
      if (!sameStamp(readStamp(order.stamps, row), stampOf(statSync(path, { bigint: true }))))
        throw new DvError('file-changed', `${path} was changed while it was copied`, { hint: 'the same command again' })
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
  return {
    carry: (order, row) => {
      const path = pathIn(order.output, order.paths[row] ?? '')
      try {
        free(order, { row, path })
        writeStamp(order.stamps, row, lstatSync(path, { bigint: true }))
        order.states[row] = FileState.made
      } catch (error) {
        throw fileError(error, `make ${path} a file of its own`, path)
      }
    },
    finish: async () => {},
  }
}
