/** Brings one file of the workspace into the cache. */
import { type BigIntStats, chmodSync, linkSync, lstatSync, unlinkSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import type { ObjectId } from '../base/object-id.ts'
import { linkRefusals } from '../store/clone-file.ts'
import { fileError } from '../store/file-errors.ts'
import { openObjectFolder } from '../store/object-folder.ts'
import { objectMode } from '../store/whole-file.ts'
import { type Carrier, type FileOrder, FileState, type SaveTask } from './file-order.ts'
import { pathIn, setIdOfRow } from './file-rows.ts'
import { openContentReader } from './read-content.ts'
import type { Pulse, StableRead } from './read-stable.ts'
import { writeStamp } from './stamp-rows.ts'

/**
 * Writes the row's id, stamp, object stamp and state. One saver for each thread.
 * @throws DvError 'file-changed', 'access-denied', 'disk-full', 'interrupted'
 */
export function openFileSaver(task: SaveTask, pulse: Pulse): Carrier {
  const objects = openObjectFolder(task.cache)
  const reader = openContentReader(objects, pulse)
  const owner = BigInt(process.getuid?.() ?? 0)
  let way = task.way

  const save = (order: FileOrder, { row, by }: { readonly row: number; readonly by: SaveTask['way'] }): number => {
    const file = { path: pathIn(order.output, order.paths[row] ?? ''), stamps: order.stamps, row }
    const read = reader.read(file, by)
    const { id } = read.value
    setIdOfRow(order.ids, row, id)
    if (by !== 'hardlink') {
      if (!reader.place(read.value)) return FileState.there
      writeStamp(order.objects, row, lstatSync(objects.pathOf(id), { bigint: true }))
      return FileState.copied
    }
    const linked = linkAsObject(file.path, read)
    if (linked === 'there') return FileState.there
    if (linked === 'refused') return save(order, { row, by: 'copy' })
    writeStamp(order.stamps, row, linked)
    if (!sameStamp(stampOf(read.stats), stampOf(linked))) {
      // Somebody wrote to it after it was hashed: it is no object, and its owner has it back as it was.
      unlinkSync(objects.pathOf(id))
      chmodSync(file.path, Number(read.stats.mode) & 0o7777)
      writeStamp(order.stamps, row, lstatSync(file.path, { bigint: true }))
      return save(order, { row, by: 'copy' })
    }
    writeStamp(order.objects, row, linked)
    return FileState.linked
  }

  /** 'refused': the file must be copied. It is not ours, has other names, is empty or a symlink, or cannot be linked there. */
  const linkAsObject = (
    path: string,
    { value, stats, isSymlink }: StableRead<{ readonly id: ObjectId }>,
  ): BigIntStats | 'there' | 'refused' => {
    const object = objects.pathOf(value.id)
    if (isSymlink || stats.nlink !== 1n || stats.uid !== owner || stats.size === 0n) {
      const there = lstatSync(object, { bigint: true, throwIfNoEntry: false })
      if (there === undefined) return 'refused'
      // It is that object already: an add was interrupted, or the index lost. It need not be read a second time as an object.
      const isOne = there.ino === stats.ino && there.dev === stats.dev && (Number(there.mode) & 0o777) === objectMode
      return isOne ? there : 'there'
    }
    try {
      linkInto(value.id, { path, object })
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return 'there'
      if (!isSystemError(error, ...linkRefusals)) throw fileError(error, `link ${path} into the cache`, object)
      if (error.code !== 'EMLINK') way = 'copy'
      return 'refused'
    }
    chmodSync(object, objectMode)
    return lstatSync(object, { bigint: true })
  }

  const linkInto = (id: ObjectId, { path, object }: { readonly path: string; readonly object: string }): void => {
    try {
      linkSync(path, object)
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error
      objects.makeFolderOf(id)
      linkSync(path, object)
    }
  }

  return {
    carry: (order, row) => {
      order.states[row] = save(order, { row, by: way })
    },
    finish: reader.finish,
  }
}
