/** Makes one file of the workspace from an object of the cache that is known to be whole. */
import { type BigIntStats, lstatSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { DvError, isSystemError } from '../base/error.ts'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import { openUnfinishedNames } from '../base/unfinished-name.ts'
import { objectPath } from '../format/object-path.ts'
import { linkRefusals } from '../store/clone-file.ts'
import { fileError } from '../store/file-errors.ts'
import { type Carrier, type FileOrder, FileState, type MakeTask } from './file-order.ts'
import { idOfRow, pathIn } from './file-rows.ts'
import { copyFile, type LinkKind, linkBy, openLinker } from './link.ts'
import { hashFile, type Pulse } from './read-stable.ts'
import { removeEmptyFolders } from './remove-empty-folders.ts'
import { copyStamp, newStampRows, readStamp, stampWidth, writeStamp } from './stamp-rows.ts'

/**
 * Writes the row's stamp and state. One maker for each thread. What is at the path and is not what the row says stays there.
 * @throws DvError 'unsaved-files', 'checkout-failed', 'access-denied', 'disk-full', 'interrupted'
 */
export function openFileMaker(task: MakeTask, pulse: Pulse): Carrier {
  const link = openLinker(task.links, pulse)
  // All empty files of a cache are one object; DVC copies them, so that its link count does not grow without end.
  const linkEmpty = openLinker(
    task.links.filter(kind => kind !== 'hardlink'),
    pulse,
  )
  const newName = openUnfinishedNames()
  const [first] = task.links
  let direct = !task.executable && (first === 'hardlink' || first === 'symlink') ? first : undefined

  /** A link is there as a whole or not at all, so it needs no temporary name where nothing is to be replaced. */
  const linkDirectly = (object: string, path: string): LinkKind | undefined => {
    if (direct === undefined) return undefined
    try {
      linkBy[direct](object, path)
      return direct
    } catch (error) {
      if (!isSystemError(error, 'EEXIST', ...linkRefusals)) throw error
      if (!isSystemError(error, 'EEXIST', 'EMLINK')) direct = undefined
      return undefined
    }
  }

  const makeAside = (object: string, { to, isEmpty }: { readonly to: string; readonly isEmpty: boolean }): LinkKind => {
    if (!task.executable) return (isEmpty ? linkEmpty : link)(object, to)
    copyFile(object, to, { executable: true, pulse })
    return 'copy'
  }

  const make = (order: FileOrder, { row, path, object }: Target): void => {
    const { size, inode } = readStamp(order.objects, row)
    const isNew = order.states[row] === FileState.create
    const linked = isNew && size > 0n ? linkDirectly(object, path) : undefined
    if (linked !== undefined) {
      stampMade(order, { row, path, kind: linked })
      pulse(Number(size))
      return
    }
    const temporary = path.slice(0, path.lastIndexOf('/') + 1) + newName()
    try {
      const kind = makeAside(object, { to: temporary, isEmpty: size === 0n })
      if (kind !== 'copy') pulse(Number(size))
      const there = statsAt(path)
      if (there !== undefined) {
        const isEqual = isNew ? hasContent(order, { row, path, there, pulse }) : sameStamp(readStamp(order.stamps, row), stampOf(there))
        if (!isEqual) throw inTheWay(path, isNew)
      }
      if (there !== undefined && (isNew || (kind === 'hardlink' && there.ino === inode))) {
        // Renaming one name of a file to another of its names does nothing at all.
        unlinkSync(temporary)
        writeStamp(order.stamps, row, there)
        return
      }
      renameSync(temporary, path)
      stampMade(order, { row, path, kind })
    } catch (error) {
      remove(temporary)
      throw error
    }
  }

  const carry = (order: FileOrder, row: number): void => {
    const id = idOfRow(order.ids, row)
    const path = pathIn(order.output, order.paths[row] ?? '')
    try {
      make(order, { row, path, object: `${task.cache.folder}/${objectPath(id, task.cache.hash)}` })
      order.states[row] = FileState.made
    } catch (error) {
      throw isSystemError(error, 'EISDIR', 'ENOTDIR', 'ENOENT', 'EEXIST', 'ENOTEMPTY')
        ? new DvError('checkout-failed', `cannot write ${path}: ${error.message}`, { hint: `ls -ld ${path}`, cause: error })
        : fileError(error, `write ${path}`, path)
    }
  }
  return { carry, finish: async () => {} }
}

interface Target {
  readonly row: number
  readonly path: string
  readonly object: string
}

/** Of a link the stamp is known: a look at each of 20,000 files would cost 50 ms. */
function stampMade(order: FileOrder, { row, path, kind }: { readonly row: number; readonly path: string; readonly kind: LinkKind }): void {
  if (kind === 'copy' || kind === 'reflink') writeStamp(order.stamps, row, lstatSync(path, { bigint: true }))
  else copyStamp({ rows: order.objects, row }, { rows: order.stamps, row })
  if (kind === 'hardlink') order.stamps[row * stampWidth + 4] = readStamp(order.objects, row).links + 1n
}

/** Of what is meant by a symlink to a file. @throws DvError 'checkout-failed' when something is there that is no file */
function statsAt(path: string): BigIntStats | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined || stats.isFile()) return stats
  if (stats.isDirectory() && removeEmptyFolders(path)) return undefined
  const target = stats.isSymbolicLink() ? statSync(path, { bigint: true, throwIfNoEntry: false }) : undefined
  if (target?.isFile()) return target
  throw new DvError('checkout-failed', `cannot write ${path}: what is there is no file`, { hint: `move it away: mv ${path} ${path}.old` })
}

interface Contender {
  readonly row: number
  readonly path: string
  readonly there: BigIntStats
  readonly pulse: Pulse
}

/** A file that nobody knew of may be the very one that is wanted: one that .dvcignore hides, or another dv was quicker. */
function hasContent(order: FileOrder, { row, path, there, pulse }: Contender): boolean {
  if (there.size !== readStamp(order.objects, row).size || order.task.kind !== 'make') return false
  const stamps = newStampRows(1)
  writeStamp(stamps, 0, there)
  const wanted = idOfRow(order.ids, row)
  return hashFile({ path, stamps, row: 0 }, { kind: order.task.cache.hash, pulse, accepts: id => id === wanted }) === wanted
}

const inTheWay = (path: string, isNew: boolean): DvError =>
  new DvError(
    'unsaved-files',
    isNew ? `${path} is in the way: it is not tracked, and has other content` : `${path} was changed just now and is not saved`,
    { hint: isNew ? `mv ${path} ${path}.old` : 'dv status' },
  )

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}
