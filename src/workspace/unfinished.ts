/** Sweeps what was being made in a user's folder when its maker died. */
import { lstatSync, unlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { isSystemError } from '../base/error.ts'
import { isRunning } from '../base/is-running.ts'
import { makerOf } from '../base/unfinished-name.ts'

/** ms. A file that long under the name of another machine belongs to nobody: one is made in seconds, a large copy keeps changing it. */
const deadAfter = 60 * 60 * 1000

/** Removes the file when its maker was of this machine and is dead, or is of another and long silent. */
export function sweepUnfinished(path: string): void {
  const maker = makerOf(basename(path))
  try {
    if ((maker !== undefined && !isRunning(maker)) || lstatSync(path).mtimeMs < Date.now() - deadAfter) unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error
  }
}
