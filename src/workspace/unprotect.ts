/** Makes the files of an output the user's own. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { carryOut } from './carry-out.ts'
import { type FileOrder, FileState } from './file-order.ts'
import { pathIn, totalSize } from './file-rows.ts'
import { isFree } from './free-file.ts'
import { pickRows, putRows } from './pick-rows.ts'
import type { Place } from './place.ts'
import { scanPlace } from './scan.ts'
import { idOfRows, tableOf } from './snapshot.ts'

export interface UnprotectOptions {
  /** of which files, by their paths in the output; default all */
  readonly only?: ((path: string) => boolean) | undefined
  readonly dryRun?: boolean | undefined
}

/**
 * Links become copies of mode 0666 less the umask, read-only files writable; an executable one stays so. Each file is at every
 * instant there, as it was or as it shall be. The index follows: the next snapshot hashes nothing. Returns how many files changed;
 * undefined when there is no output. Reports a phase `copying`.
 * @throws DvError 'file-changed', 'unsupported-file', 'access-denied', 'disk-full', 'interrupted'
 */
export async function unprotectOutput(
  place: Place,
  { only = () => true, dryRun = false }: UnprotectOptions,
  context: Context,
): Promise<number | undefined> {
  const scan = await scanPlace(place)
  if (scan.kind === 'absent') return undefined
  const rows = scan.kind === 'clean' ? scan.table : scan.rows
  const todo = rows.paths.flatMap((path, row) =>
    only(path) && !isFree(lstatSync(pathIn(place.path, path), { bigint: true })) ? [row] : [],
  )
  if (todo.length === 0 || dryRun) return todo.length
  const order: FileOrder = {
    ...pickRows(rows, todo),
    output: place.path,
    task: { kind: 'free' },
    objects: new BigInt64Array(0),
    states: new Uint8Array(new SharedArrayBuffer(todo.length)).fill(FileState.none),
  }
  context.report({ type: 'phase', name: 'copying', items: todo.length, bytes: totalSize(order) })
  const clock = place.index.tick(place.path)
  await carryOut(order, context)
  // What the index did not know before it does not know now: without the ids of all files there is nothing to keep.
  if (scan.kind === 'clean' || scan.known.every(each => each === 1)) {
    putRows(order, { rows, at: todo })
    place.index.replace(await tableOf(rows, { place, clock, id: idOfRows({ rows, isFolder: scan.isFolder }), ours: todo }))
    await place.index.flush()
  }
  return todo.length
}
