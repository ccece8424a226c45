/** Whether anything of a data set is in the work tree. */
import { type Dirent, readdirSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import type { Tree } from '../format/tree.ts'

/** Looks at what is on disk until one listed file is found: of a data set that is here, the first folder tells. */
export function holdsListedFile(folder: string, tree: Tree): boolean {
  const listed = new Set(tree.map(({ path }) => path))
  const visit = (relative: string): boolean => {
    const entries = readFolder(`${folder}/${relative}`)
    return (
      entries.some(entry => !entry.isDirectory() && listed.has(relative + entry.name)) ||
      entries.some(entry => entry.isDirectory() && visit(`${relative}${entry.name}/`))
    )
  }
  return visit('')
}

function readFolder(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
