/** The files of a folder, in the order of a tree. */
import { type BigIntStats, type Dirent, lstatSync, readdirSync, statSync } from 'node:fs'
import { compareCodePoints } from '../base/code-points.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { isUnfinishedName } from '../base/unfinished-name.ts'
import { fileError } from '../store/file-errors.ts'
import type { IgnoreRules } from './ignore.ts'
import { newStampRows, stampWidth, writeStamp } from './stamp-rows.ts'
import { sweepUnfinished } from './unfinished.ts'

export interface WalkOptions {
  /** absolute path of the folder */
  readonly folder: string
  /** of the folder, relative to the repository's root, for the ignore rules */
  readonly inRepository: string
  readonly ignore: IgnoreRules
}

export interface WalkedFiles {
  readonly paths: readonly string[]
  readonly stamps: BigInt64Array
}

/**
 * Synchronous: 20,000 files in 40 folders take 75 ms, with promises 220. A folder's names are sorted as if folders ended in `/`;
 * then the files come in the order of their whole paths and need no sorting of their own.
 * Symlinks to files count as what they lead to; symlinks to folders are passed over, as in DVC.
 * @throws DvError 'unsupported-file': a broken symlink, a FIFO, socket or device, a name that is not UTF-8, a `.dvcignore` inside
 */
export function walkFolder({ folder, inRepository, ignore }: WalkOptions): WalkedFiles {
  const paths: string[] = []
  let stamps = newStampRows(firstRows)
  const rules = ignore.hasPatterns(inRepository) ? ignore : undefined

  const visit = (absolute: string, relative: string): void => {
    const names = namesIn(absolute, relative !== '')
    for (const name of names) {
      const path = relative + name
      if (name.endsWith('/')) {
        if (rules?.ignoresFolder(`${inRepository}/${path.slice(0, -1)}`)) continue
        visit(absolute + name, path)
        continue
      }
      if (rules?.ignoresFile(`${inRepository}/${path}`)) continue
      if (name === '.dvcignore') throw innerIgnoreFile(absolute + name)
      const stats = statsOfFile(absolute + name)
      if (stats === undefined) continue
      if (paths.length * stampWidth === stamps.length) stamps = grown(stamps)
      writeStamp(stamps, paths.length, stats)
      paths.push(path)
    }
  }

  visit(`${folder}/`, '')
  return { paths, stamps: stamps.subarray(0, paths.length * stampWidth) }
}

const firstRows = 1024

function grown(stamps: BigInt64Array): BigInt64Array {
  const larger = newStampRows((stamps.length / stampWidth) * 2)
  larger.set(stamps)
  return larger
}

/** `folder` ends in `/`. Sorted; names of folders end in `/`. Empty for a project inside the project. */
function namesIn(folder: string, isInner: boolean): readonly string[] {
  const names: string[] = []
  let plain = true
  for (const entry of readFolder(folder)) {
    const { name } = entry
    if (name === '.git') continue
    const isFolder = entry.isDirectory()
    if (isFolder && name === '.dvc') {
      if (isInner) return []
      continue
    }
    if (isFolder && name === '.hg') continue
    if (name.startsWith('.dv-') && isUnfinishedName(name)) {
      sweepUnfinished(folder + name)
      continue
    }
    if (beyondAscii.test(name)) {
      plain = false
      if (name.includes('\ufffd')) refuseBrokenNames(folder)
    }
    names.push(isFolder ? `${name}/` : name)
  }
  return plain ? names.sort() : names.sort(compareCodePoints)
}

/** From here on UTF-16 units and code points may be ordered differently; plain names go the quick way. */
const beyondAscii = /[^\x00-\x7f]/

function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`, folder)
  }
}

/** Node turns bytes that are not UTF-8 into U+FFFD; such a file could not be opened, and two could have one name. */
function refuseBrokenNames(folder: string): void {
  for (const bytes of readdirSync(folder, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8')
    if (Buffer.from(name, 'utf8').equals(bytes)) continue
    const shown = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, unit => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)
    throw new DvError('unsupported-file', `${folder}${shown} has a name that is not valid UTF-8, which DVC's formats cannot hold`, {
      hint: 'rename the file, for example with: convmv -f latin1 -t utf8 --notest FILE',
    })
  }
}

/**
 * Of the file that is meant: a symlink's target. Undefined for a symlink to a folder, and for a file that has just gone.
 * @throws DvError 'unsupported-file'
 */
export function statsOfFile(path: string): BigIntStats | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined || stats.isFile()) return stats
  if (!stats.isSymbolicLink()) throw unsupported(path, kindOf(stats))
  const target = statTarget(path)
  if (target.isFile()) return target
  if (target.isDirectory()) return undefined
  throw unsupported(path, `a symlink to ${kindOf(target)}`)
}

function statTarget(path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'ENOTDIR')) throw unsupported(path, 'a symlink that leads nowhere', error)
    throw fileError(error, `follow the symlink ${path}`, path)
  }
}

const kindOf = (stats: BigIntStats): string =>
  stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : stats.isDirectory() ? 'a folder' : 'a device'

const unsupported = (path: string, kind: string, cause?: unknown): DvError =>
  new DvError('unsupported-file', `${path} is ${kind}; only files can be tracked`, { hint: `remove it, or list it in .dvcignore`, cause })

const innerIgnoreFile = (path: string): DvError =>
  new DvError('unsupported-file', `${path}: a .dvcignore cannot lie inside a tracked folder, since it would change what the folder holds`, {
    hint: 'move its lines to a .dvcignore above the folder',
  })
