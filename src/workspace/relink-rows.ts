/** After a save: the workspace's files become links to their objects. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import type { Cache } from '../store/cache.ts'
import { placeOfCache } from './cache-place.ts'
import { carryOut } from './carry-out.ts'
import { type FileOrder, FileState } from './file-order.ts'
import { type FileRows, idOfRow, pathIn, totalSize } from './file-rows.ts'
import type { LinkKind } from './link.ts'
import { pickRows, putRows } from './pick-rows.ts'
import { copyStamp, newStampRows, readStamp } from './stamp-rows.ts'

export interface RelinkOptions {
  /** absolute path of the output */
  readonly output: string
  readonly cache: Cache
  /** in order of preference, the first being one that works here */
  readonly links: readonly LinkKind[]
  /** stamps of the objects */
  readonly objects: BigInt64Array
}

/** Returns the rows that were made anew. With copies and reflinks there is nothing to do: the file is an equal of its object already. */
export async function relinkRows(
  rows: FileRows,
  { output, cache, links, objects }: RelinkOptions,
  context: Context,
): Promise<readonly number[]> {
  const [kind] = links
  if (kind !== 'hardlink' && kind !== 'symlink') return []
  const todo: number[] = []
  rows.paths.forEach((path, row) => {
    if (!isLinked(pathIn(output, path), { file: readStamp(rows.stamps, row), object: readStamp(objects, row), kind })) todo.push(row)
  })
  if (todo.length === 0) return []
  const order: FileOrder = {
    ...pickRows(rows, todo),
    output,
    task: { kind: 'make', cache: placeOfCache(cache), links, executable: false },
    objects: newStampRows(todo.length),
    states: new Uint8Array(new SharedArrayBuffer(todo.length)).fill(FileState.replace),
  }
  for (const [to, row] of todo.entries()) copyStamp({ rows: objects, row }, { rows: order.objects, row: to })
  context.report({ type: 'phase', name: 'linking', items: todo.length, bytes: totalSize(order) })
  await carryOut(order, context)
  putRows(order, { rows, at: todo })
  todo.forEach((_, from) => {
    const object = readStamp(order.objects, from)
    if (kind === 'hardlink' && object.links === 1n) cache.stamps.record(idOfRow(order.ids, from), readStamp(order.stamps, from))
  })
  return todo
}

interface Pair {
  readonly file: ReturnType<typeof readStamp>
  readonly object: ReturnType<typeof readStamp>
  readonly kind: LinkKind
}

/** The stamp of a symlink is that of the object itself, so a file with another inode is no link of either kind. */
function isLinked(path: string, { file, object, kind }: Pair): boolean {
  if (kind === 'hardlink' && file.size === 0n) return true // stays a copy, see make-file.ts
  if (file.inode !== object.inode) return false
  return lstatSync(path).isSymbolicLink() === (kind === 'symlink')
}
