/** Sees to it that nothing is written or removed through a symlink that leads elsewhere. */
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { fileError } from '../store/file-errors.ts'
import type { Place } from './place.ts'

export interface SafeFolders {
  /** Checks each folder from the repository's root down to `folder`, once each, and makes those that are not there. */
  make(folder: string): void
  /** The same without making. False when it is not there. */
  check(folder: string): boolean
  /** After folders were removed. */
  forget(folder: string): void
}

/** All throw DvError 'checkout-failed' where a symlink or a file is in the way. */
export function openSafeFolders({ root, path: output }: Pick<Place, 'root' | 'path'>): SafeFolders {
  const known = new Set<string>([root])
  const visit = (folder: string, makes: boolean): boolean => {
    if (known.has(folder)) return true
    const parent = dirname(folder)
    if (parent === folder) throw new DvError('checkout-failed', `cannot write ${output}: it lies outside of the repository ${root}`)
    if (!visit(parent, makes)) return false
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    if (stats === undefined && !makes) return false
    if (stats === undefined) makeFolder(folder)
    else if (stats.isSymbolicLink()) checkLink(folder, { root, isInside: folder.startsWith(output + sep) })
    else if (!stats.isDirectory())
      throw new DvError('checkout-failed', `cannot write in ${folder}: it is a file`, { hint: `mv ${folder} ${folder}.old` })
    known.add(folder)
    return true
  }
  return {
    make: folder => void visit(folder, true),
    check: folder => visit(folder, false),
    forget: folder => void known.delete(folder),
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw fileError(error, `make the folder ${folder}`, folder)
  }
}

/** Above an output a symlink may lead to another place in the repository; inside it, the files would not be those of the output. */
function checkLink(folder: string, { root, isInside }: { readonly root: string; readonly isInside: boolean }): void {
  const refuse = (why: string): DvError =>
    new DvError('checkout-failed', `cannot write in ${folder}: it is a symlink ${why}`, { hint: `ls -ld ${folder}` })
  if (isInside) throw refuse('inside a tracked folder')
  let target: string
  try {
    target = relative(realpathSync(root), realpathSync(folder))
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'ENOTDIR')) throw refuse('that leads nowhere')
    throw fileError(error, `follow the symlink ${folder}`, folder)
  }
  const parts = target.split(sep)
  if (parts[0] === '..' || target.startsWith(sep)) throw refuse('that leaves the repository')
  // At any depth: a repository inside this one has hooks, too. In any case, since `.GIT` is the same folder on macOS and Windows.
  const kept = parts.find(part => /^\.(?:git|dvc)$/i.test(part))
  if (kept !== undefined) throw refuse(`into ${kept}`)
}
