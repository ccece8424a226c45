/** Files that git does not know, as the person in the working folder calls them. */
import { join, relative } from 'node:path'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'

/** `files` relative to the git root. Those outside of the repository, and outside of the targets when there are any, are left out. */
export function untrackedBelow(repo: Repo, files: readonly string[], targets: readonly string[]): readonly string[] {
  const folders = targets.length === 0 ? [repo.root] : targets.map(target => pathInRepository(repo, target))
  const isMeant = (path: string): boolean => path.startsWith(`${repo.root}/`) && folders.some(folder => `${path}/`.startsWith(`${folder}/`))
  return files
    .map(file => join(repo.gitRoot ?? repo.root, file))
    .filter(isMeant)
    .map(path => relative(repo.cwd, path))
}
