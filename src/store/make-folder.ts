/** Makes a folder with its parents, with the modes of DVC. */
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSystemError } from '../base/error.ts'

/** What DVC gives to folders with `shared = group` (dvc_objects/db.py): members of the group may add, and new files stay the group's. */
const sharedMode = 0o2775

/** Never changes the mode of a folder that was there. `shared`: 02775 whatever the umask is, else 0777 less the umask. */
export function makeFolder(path: string, { shared }: { readonly shared: boolean }): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return
    if (!isSystemError(error, 'ENOENT')) throw error
    const parent = dirname(path)
    if (parent === path) throw error
    makeFolder(parent, { shared })
    makeFolder(path, { shared })
    return
  }
  if (shared) chmodSync(path, sharedMode)
}
