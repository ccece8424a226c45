/** Finds everything that a repository tracks. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { openGitIgnore } from '../workspace/ignore.ts'
import { checkOverlaps } from './check-overlaps.ts'
import { gitExcludesFile } from './git-excludes-file.ts'
import type { Repo } from './open.ts'
import { isPipelineName, isPointerName, readPipeline, readPointer } from './read-pointer.ts'
import type { TrackedOutput } from './tracked-output.ts'

export type { TrackedOutput } from './tracked-output.ts'

export interface FindOptions {
  /**
   * For whoever deletes what nobody names: outputs of stages of which only the lock tells are among those found, and a folder that may
   * not be read is 'access-denied'.
   */
  readonly everything?: boolean
}

/**
 * All outputs of `.dvc` files and of stages in dvc.lock, folder by folder. Pruned like DVC's search (dvc/repo/index.py `collect_files`):
 * what .dvcignore or git ignores is not looked at, and no folder is entered that is an output of a pointer seen before.
 * @throws DvError 'bad-pointer' when a pointer cannot be read, or two of them claim the same or overlapping paths
 */
export function findPointers(repo: Repo, options: FindOptions = {}): readonly TrackedOutput[] {
  const found: TrackedOutput[] = []
  const outputs = new Set<string>()
  const isGitIgnored = gitIgnoreOf(repo)
  const visit = (folder: string): void => {
    const path = folder === '' ? repo.root : join(repo.root, folder)
    const entries = readFolder(path, repo, options)
    const nameOf = (entry: Dirent): string => (folder === '' ? entry.name : `${folder}/${entry.name}`)
    for (const entry of entries) {
      if (!isPointerName(entry.name) && !isPipelineName(entry.name)) continue
      const name = nameOf(entry)
      if (!isFile(entry, join(path, entry.name)) || repo.ignore.ignoresFile(name) || isGitIgnored(name, 'file')) continue
      for (const one of readTracked(repo.root, join(path, entry.name), options)) {
        if (!one.unplaced) outputs.add(one.path)
        found.push(one)
      }
    }
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name === '.git' || entry.name === '.dvc' || outputs.has(join(path, entry.name))) continue
      const name = nameOf(entry)
      if (!repo.ignore.ignoresFolder(name) && !isGitIgnored(name, 'folder')) visit(name)
    }
  }
  visit('')
  checkOverlaps(options.everything ? found.filter(one => !one.unplaced) : found, repo.root)
  return found
}

/** The outputs of one `.dvc` file or dvc.yaml; of a dvc.yaml that never ran, none. @throws DvError 'bad-pointer' */
export function readTracked(root: string, file: string, { everything = false }: FindOptions = {}): TrackedOutput[] {
  const text = readFileSync(file, 'utf8')
  if (!isPipelineName(file)) return readPointer({ root, file, text })
  const lock = readIfThere(file.replace(/yaml$/, 'lock'))
  const outputs = lock === undefined ? [] : readPipeline({ root, file, text }, lock)
  return everything ? outputs : outputs.filter(one => !one.unplaced)
}

/** Opened at the first question: a repository whose folders are all outputs never asks. */
function gitIgnoreOf({ root, gitRoot, context }: Repo): (name: string, kind: 'file' | 'folder') => boolean {
  if (gitRoot === undefined) return () => false
  const above = relative(gitRoot, root).replaceAll(sep, '/')
  let rules: ReturnType<typeof openGitIgnore> | undefined
  return (name, kind) => {
    rules ??= openGitIgnore(gitRoot, gitExcludesFile(gitRoot, context.env))
    const full = above === '' ? name : `${above}/${name}`
    return kind === 'file' ? rules.ignoresFile(full) : rules.ignoresFolder(full)
  }
}

/** In a fixed order, which decides what is pruned when a pointer names an output in a folder beside its own. */
function readFolder(path: string, { context }: Repo, { everything }: FindOptions): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    if (!isSystemError(error, 'EACCES', 'EPERM')) throw error
    if (everything) throw new DvError('access-denied', `${path} may not be read by you: there may be pointers in it`, { cause: error })
    context.report({ type: 'warning', message: `${path} may not be read by you: pointers in it are left out` })
    return []
  }
}

/** A pointer may be a symbolic link to one. */
const isFile = (entry: Dirent, path: string): boolean =>
  entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true)

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}
