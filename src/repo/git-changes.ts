/** What git itself sees in its work tree. */
import { runGit } from './git-run.ts'
import type { Repo } from './open.ts'

export interface GitChanges {
  /** files that git does not know, relative to the git root; [] unless asked for */
  readonly untracked: readonly string[]
  /** something differs, or was not asked for and is there */
  readonly isDirty: boolean
  /** before the first commit */
  readonly isEmpty: boolean
}

/** Undefined where there is no git. @throws DvError 'git-failed' */
export function gitChanges({ git, gitRoot, context }: Repo, options: { readonly untracked: boolean }): GitChanges | undefined {
  if (git === undefined || gitRoot === undefined) return undefined
  const args = ['status', '--porcelain', '-z', `--untracked-files=${options.untracked ? 'all' : 'no'}`]
  const rows = runGit({ root: gitRoot, env: context.env }, args).output.toString().split('\0')
  // Of a rename the old name follows in a row of its own; no row of it begins with `?? `, or it would be a file's name of that form.
  const untracked: string[] = []
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? ''
    if (row.startsWith('?? ')) untracked.push(row.slice(3))
    else if (/^[RC]|^.[RC]/.test(row)) at++
  }
  return { untracked, isDirty: rows.some(row => row !== ''), isEmpty: git.head() === undefined }
}
