/** A selection after somebody else may have changed the pointers. */
import { basename, dirname, join } from 'node:path'
import { isSystemError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import { readTracked } from '../repo/pointers.ts'
import type { Selection } from '../repo/targets.ts'

/** undefined: nothing names the output any more. @throws DvError 'bad-pointer' */
export function selectionOfNow(repo: Repo, selection: Selection): Selection | undefined {
  const { path, pointerFile } = selection.tracked
  const file = basename(pointerFile) === 'dvc.lock' ? join(dirname(pointerFile), 'dvc.yaml') : pointerFile
  try {
    const tracked = readTracked(repo.root, file).find(each => each.path === path)
    return tracked && { ...selection, tracked }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
