/** The text of a `.gitignore` that is about to be changed. */
import { lstatSync, readFileSync } from 'node:fs'
import { DvError, isSystemError } from '../base/error.ts'

/**
 * '' when there is none. Git does not follow a `.gitignore` that is a link (since 2.32), and we must not: a repository that links it to
 * a secret would have that as a file of its own afterwards. @throws DvError 'bad-target'
 */
export function readGitIgnore(file: string): string {
  try {
    if (lstatSync(file).isSymbolicLink())
      throw new DvError('bad-target', `${file} is a symbolic link, which git does not follow: no line can be added`, { hint: `rm ${file}` })
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return ''
    throw error
  }
}
