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
export const writeIgnoreLine = (path: string): readonly string[] => [...writeIgnoreLines([path]).values()].slice(0, 1)

/** Of many paths: each `.gitignore` is written once. The file that changed, by path. */
export function writeIgnoreLines(paths: readonly string[]): ReadonlyMap<string, string> {
  const byFile = new Map<string, string[]>()
  for (const path of paths) {
    const file = join(dirname(path), '.gitignore')
    const group = byFile.get(file)
    if (group) group.push(path)
    else byFile.set(file, [path])
  }
  const changed = new Map<string, string>()
  for (const [file, group] of byFile) {
    const before = readGitIgnore(file)
    let text = before
    for (const path of group) {
      const next = addIgnoreLine(text, basename(path))
      if (next !== text) changed.set(path, file)
      text = next
    }
    if (text !== before) replaceFile(file, text)
  }
  return changed
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
