/** Files that share their blocks, and how a file system says that it has no such thing. */
import { constants, copyFileSync, rmSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'

/** How a file system says that it has no such link, or none between these two files. EPERM also: not the owner (protected_hardlinks). */
export const linkRefusals = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'ENOTTY', 'EACCES'] as const

/** Shares the blocks (FICLONE), or fails with one of `linkRefusals`. The mode is that of `from`. */
export function cloneFile(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) rmSync(to, { force: true }) // libuv leaves the empty file that it made
    throw error
  }
}
