/** The file system's errors in our words. */
import { dirname } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'

/**
 * `task` says what could not be done, to what: `write /lab/cache/files/md5/ab`. What is no error of the file system is given
 * back as it is.
 */
export function fileError(error: unknown, task: string, path: string): unknown {
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
    const why = error.code === 'EDQUOT' ? 'your quota is used up' : 'the disk is full'
    return new DvError('disk-full', `cannot ${task}: ${why}`, { hint: `df -h ${dirname(path)}`, cause: error })
  }
  if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) {
    const why = error.code === 'EROFS' ? 'the file system is read-only' : 'permission denied'
    return new DvError('access-denied', `cannot ${task}: ${why}`, { hint: `ls -ld ${dirname(path)} ${path}`, cause: error })
  }
  if (isSystemError(error, 'EIO', 'ESTALE', 'ETIMEDOUT', 'EBUSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'EHOSTDOWN', 'ENOTCONN')) {
    return new DvError('store-unavailable', `cannot ${task}: ${error.code}, ${reason(error)}`, { cause: error })
  }
  if (isSystemError(error, 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'EEXIST', 'EFBIG', 'EINVAL', 'ENXIO', 'ENODEV')) {
    return new DvError('store-refused', `cannot ${task}: ${error.code}, ${reason(error)}`, {
      hint: `ls -ld ${dirname(path)} ${path}`,
      cause: error,
    })
  }
  return error
}

/** `ENOTDIR: not a directory, open '/x'` → `not a directory` */
const reason = (error: NodeJS.ErrnoException): string => error.message.replace(/^[A-Z]+: /, '').replace(/, \w+( '.*)?$/s, '')
