/** A path that a person typed, as it compares with the paths of a repository. */
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { isSystemError } from '../base/error.ts'
import type { Repo } from './open.ts'

/**
 * Absolute. The repository's root has its symlinks resolved, but an absolute path may come by another way (`/tmp` on macOS). A link at the
 * end stays one. The path may lie outside of the repository.
 */
export function pathInRepository({ root, cwd }: Pick<Repo, 'root' | 'cwd'>, typed: string): string {
  const path = resolve(cwd, typed)
  if (path === root || path.startsWith(`${root}${sep}`)) return path
  const real = join(realParent(dirname(path)), basename(path))
  return real === root || real.startsWith(`${root}${sep}`) ? real : path
}

function realParent(folder: string): string {
  try {
    return realpathSync(folder)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR') || dirname(folder) === folder) throw error
    return join(realParent(dirname(folder)), basename(folder))
  }
}
