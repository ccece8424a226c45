/** Where an output lies. A pointer comes from a stranger's repository, and what it names is written, replaced and removed. */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { DvError } from '../base/error.ts'

export interface OutputPlace {
  /** the repository's root, absolute */
  readonly root: string
  /** absolute */
  readonly pointerFile: string
  /** `wdir` of the pointer */
  readonly workingFolder: string
  /** `path` of the output */
  readonly path: string
}

/**
 * Resolves `workingFolder` and `path` against the pointer's folder. Symbolic links are not followed: that is for who writes.
 * @returns an absolute path
 * @throws DvError 'bad-pointer' when it leaves the root, is the root, lies in a `.git` or `.dvc`, or is the pointer itself
 */
export function resolveOutputPath({ root, pointerFile, workingFolder, path }: OutputPlace): string {
  const name = relative(root, pointerFile) || pointerFile
  const refuse = (why: string): never => {
    throw new DvError('bad-pointer', `${name} is refused: its output ${JSON.stringify(path)} ${why}`)
  }
  if (path === '') refuse('has no name')
  if (path.includes('\0') || workingFolder.includes('\0')) refuse('has a NUL byte')
  if (scheme.test(path)) refuse('is a URL, and outputs outside the repository are not supported')
  const absolute = resolve(dirname(pointerFile), workingFolder, path)
  const inside = relative(root, absolute)
  if (inside === '') refuse('is the root of the repository')
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) refuse('is outside the repository')
  const kept = inside.split(sep).find(part => reserved.test(part))
  if (kept !== undefined) refuse(`lies in '${kept}'`)
  if (absolute === resolve(pointerFile)) refuse('is the pointer itself')
  return absolute
}

const scheme = /^\w+:\/\//
/** In any case, since `.GIT` is the same folder on macOS and Windows. */
const reserved = /^\.(?:git|dvc)$/i
