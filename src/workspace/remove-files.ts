/** Takes files out of the workspace, and the folders that they leave empty. */
import { rmdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import { fileError } from '../store/file-errors.ts'
import { eachCommonRow } from './each-common-row.ts'
import { pathIn } from './file-rows.ts'
import type { IndexTable } from './index-table.ts'
import type { SafeFolders } from './safe-folders.ts'
import { readStamp } from './stamp-rows.ts'
import { statsOfFile } from './walk.ts'

export interface Removal {
  /** absolute */
  readonly output: string
  /** sorted */
  readonly paths: readonly string[]
  /** how the files looked when it was decided to remove them */
  readonly table: IndexTable | undefined
  readonly folders: SafeFolders
  /** absolute paths of folders that stay, even empty */
  readonly keep: ReadonlySet<string>
}

/** @throws DvError 'unsaved-files' for a file that has changed since, 'checkout-failed', 'access-denied' */
export function removeFiles({ output, paths, table, folders, keep }: Removal): void {
  const left = new Set<string>()
  const remove = (path: string): void => {
    const absolute = pathIn(output, path)
    const folder = dirname(absolute)
    if (!folders.check(folder)) return
    try {
      unlinkSync(absolute)
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw fileError(error, `remove ${absolute}`, absolute)
    }
    if (path !== '') left.add(folder)
  }
  if (table) eachCommonRow(paths, table.paths, (at, row) => refuseChanged(pathIn(output, paths[at] ?? ''), table, row))
  for (const path of paths) remove(path)
  for (const folder of left) removeEmpty(folder, { output, folders, keep })
}

function refuseChanged(path: string, table: IndexTable, row: number): void {
  const stats = statsOfFile(path)
  if (stats !== undefined && !sameStamp(readStamp(table.stamps, row), stampOf(stats)))
    throw new DvError('unsaved-files', `${path} was changed just now and is not saved`, { hint: 'dv status' })
}

/** And the folders above it, up to the output's own. */
function removeEmpty(folder: string, { output, folders, keep }: Pick<Removal, 'output' | 'folders' | 'keep'>): void {
  for (let at = folder; at === output || at.startsWith(`${output}/`); at = dirname(at)) {
    if (keep.has(at)) return
    try {
      rmdirSync(at)
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) continue
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'EBUSY')) return
      throw fileError(error, `remove the folder ${at}`, at)
    }
    folders.forget(at)
  }
}
