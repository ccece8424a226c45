/** The line that keeps git from tracking data itself: it comes and goes with the pointer. */
import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { addIgnoreLine, removeIgnoreLine } from '../format/git-ignore-lines.ts'
import type { Repo } from '../repo/open.ts'
import { readGitIgnore } from '../repo/read-git-ignore.ts'
import { replaceFile } from '../repo/replace-file.ts'

/** Returns the files that changed. Nothing where git ignores `path` (absolute) already. */
export const ignoreInGit = (repo: Repo, path: string): readonly string[] =>
  !repo.git || repo.git.isIgnored(path) ? [] : writeIgnoreLine(path)

/** The same without asking git. */
export function writeIgnoreLine(path: string): readonly string[] {
  const file = join(dirname(path), '.gitignore')
  const before = readGitIgnore(file)
  const after = addIgnoreLine(before, basename(path))
  if (after === before) return []
  replaceFile(file, after)
  return [file]
}

/** A `.gitignore` that has lost its last line goes, as with DVC. */
export function stopIgnoring(repo: Repo, path: string): readonly string[] {
  if (!repo.git) return []
  const file = join(dirname(path), '.gitignore')
  const before = readGitIgnore(file)
  const after = removeIgnoreLine(before, basename(path))
  if (after === before) return []
  if (after === '') rmSync(file)
  else replaceFile(file, after)
  return [file]
}
