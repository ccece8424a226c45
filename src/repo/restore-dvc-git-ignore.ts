/** Keeps what is private to a clone out of git. */
import { join } from 'node:path'
import { addIgnoreLine } from '../format/git-ignore-lines.ts'
import type { Repo } from './open.ts'
import { readGitIgnore } from './read-git-ignore.ts'
import { replaceFile } from './replace-file.ts'

/** In DVC's order (dvc/repo/__init__.py `_ignore`). */
export const privateNames = ['config.local', 'tmp', 'cache'] as const

/** Adds lines that are missing in `.dvc/.gitignore`, as every command of DVC does. */
export function restoreDvcGitIgnore({ root, gitRoot }: Pick<Repo, 'root' | 'gitRoot'>): void {
  if (gitRoot === undefined) return
  const file = join(root, '.dvc', '.gitignore')
  const old = readGitIgnore(file)
  const text = privateNames.reduce(addIgnoreLine, old)
  if (text !== old) replaceFile(file, text)
}
