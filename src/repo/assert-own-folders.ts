/** The folders in which dv keeps its notes and locks must not be links that a repository came with. */
import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { findGitRoot } from './find-root.ts'
import { openGit } from './git.ts'

const folders = ['.dvc', '.dvc/tmp', '.dvc/tmp/dv', '.dvc/tmp/dv/outputs', '.dvc/tmp/dv/objects', '.dvc/tmp/dv/remotes'] as const

/**
 * A link that git tracks leads where a stranger wants us to write: a `lock` would be emptied there. One that its owner has made, say
 * to a faster disk, is followed. git is asked only when there is a link. @throws DvError 'untrusted'
 */
export function assertOwnFolders(root: string, { env }: Context): void {
  for (const folder of folders) {
    const path = join(root, folder)
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) continue
    const gitRoot = findGitRoot(root) // not repo.gitRoot: a committed core.no_scm would hide it
    if (gitRoot === undefined || openGit(gitRoot, env).trackedUnder([path]).length === 0) continue
    throw new DvError(
      'untrusted',
      `${folder} is a symbolic link to ${readlinkSync(path)} that came with the repository, so nothing is written in it`,
      {
        hint: `git rm --cached ${folder} && rm ${folder}`,
      },
    )
  }
}
