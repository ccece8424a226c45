/** The files of a work tree as they are now, whether git knows them or not: what DVC lists of a repository beside ours. */
import { type Dirent, lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { compareCodePoints } from '../base/code-points.ts'
import { isSystemError } from '../base/error.ts'
import { fileError } from '../store/file-errors.ts'
import { joined, type SourceFile, type SourceFiles } from './source-files.ts'

/** `root`: absolute, the top of the source */
export function openWorkTreeFiles(root: string): SourceFiles {
  const at = (path: string): string => join(root, path)
  const find = (path: string): SourceFile | undefined => {
    const stats = lookAt(at(path), lstatSync)
    return stats && { name: path.slice(path.lastIndexOf('/') + 1), path, kind: kindOf(stats) }
  }
  return {
    find,
    list: folder => {
      const entries = readFolder(at(folder))
      return entries
        ?.map(({ name }) => name)
        .sort(compareCodePoints)
        .flatMap(name => find(joined(folder, name)) ?? [])
    },
    sizes: async files => new Map(files.map(({ path }) => [path, lookAt(at(path), statSync)?.size ?? 0] as const)),
    read: async path => {
      try {
        return readFileSync(at(path))
      } catch (error) {
        throw fileError(error, `read ${at(path)}`, at(path))
      }
    },
    prepare: async () => {},
  }
}

/** Links are not followed to tell files from folders, and followed for their sizes, as in DVC. */
function lookAt(path: string, look: typeof lstatSync): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false })
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR', 'ELOOP')) return undefined
    throw fileError(error, `look at ${path}`, path)
  }
}

function kindOf(stats: Stats): SourceFile['kind'] {
  if (stats.isDirectory()) return 'folder'
  if (stats.isSymbolicLink()) return 'symlink'
  return stats.mode & 0o100 ? 'executable' : 'file'
}

function readFolder(path: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw fileError(error, `list ${path}`, path)
  }
}
