/** Where the repository is: for dv the nearest folder with `.dvc`, for git the nearest with `.git`. */
import { realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'

/**
 * The nearest folder at or above context.cwd that holds a `.dvc` folder; its symlinks resolved. Like DVC it looks no further than the
 * mount point. @throws DvError 'not-a-repo' when it is required and there is none
 */
export function findRoot(context: Context, options: { readonly required: true }): string
export function findRoot(context: Context, options?: { readonly required?: boolean }): string | undefined
export function findRoot(context: Context, options: { readonly required?: boolean } = {}): string | undefined {
  let folder = realpathSync(context.cwd)
  while (!isFolder(join(folder, '.dvc'))) {
    if (isMountPoint(folder)) {
      if (!options.required) return undefined
      throw new DvError('not-a-repo', `you are not inside of a dv or DVC repository (checked up to mount point '${folder}')`, {
        hint: 'dv init',
      })
    }
    folder = dirname(folder)
  }
  return folder
}

/** The nearest folder at or above `folder` with a `.git`: a folder, or in worktrees and submodules a file. */
export function findGitRoot(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false })) return at
    if (dirname(at) === at) return undefined
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

function isMountPoint(folder: string): boolean {
  const parent = dirname(folder)
  return parent === folder || statSync(parent).dev !== statSync(folder).dev
}
