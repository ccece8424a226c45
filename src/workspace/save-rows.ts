/** Gets the files of a scan into the cache: those that it lacks. */
import type { Context } from '../base/context.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'
import { placeOfCache } from './cache-place.ts'
import { carryOut } from './carry-out.ts'
import { setEditedObjectsAside } from './damaged-objects.ts'
import { type FileOrder, FileState, type SaveTask } from './file-order.ts'
import { type FileRows, idOfRow, totalSize } from './file-rows.ts'
import { type DamagedObject, inspectObjects, objectState } from './inspect-objects.ts'
import { pickRows, putRows } from './pick-rows.ts'
import type { ChangedScan } from './scan.ts'
import { copyStamp, newStampRows, readStamp } from './stamp-rows.ts'

export interface SavingOptions {
  /** absolute path of the output */
  readonly output: string
  readonly cache: Cache
  readonly way: SaveTask['way']
}

export interface SavedRows {
  /** objects that were made */
  readonly made: readonly ObjectId[]
  /** stamps of the objects, of all rows of the scan */
  readonly objects: BigInt64Array
}

/** Fills in ids and stamps of `scan.rows`. */
export async function saveRows(scan: ChangedScan, options: SavingOptions, context: Context): Promise<SavedRows> {
  const { rows, known, table } = scan
  const { cache, output } = options
  const objects = newStampRows(rows.paths.length)
  const made: ObjectId[] = []

  const kept = rowsWhere(known, 1)
  let todo = merged(rowsWhere(known, 0), await notWhole(kept, { rows, objects, cache, context }))
  for (let pass = 1; todo.length > 0; pass++) {
    const { there, saved } = await saveOnce(todo, { rows, objects, options, context })
    for (const id of saved) made.push(id)
    if (pass === 1) setEditedObjectsAside({ rows, table, known, output }, cache, context)
    // An object that was there already and is damaged has been set aside by now: its file is saved again.
    todo = await notWhole(there, { rows, objects, cache, context })
    if (pass === mostPasses && todo.length > 0) throw new Error(`objects of ${output} are damaged as soon as they are written`)
  }
  return { made, objects }
}

/** The second makes good what was found damaged; a third would be needed only if somebody damages objects while we look. */
const mostPasses = 3

interface Saving {
  readonly rows: FileRows
  readonly objects: BigInt64Array
  readonly context: Context
}

async function saveOnce(
  todo: readonly number[],
  { rows, objects, options, context }: Saving & { readonly options: SavingOptions },
): Promise<{ readonly there: readonly number[]; readonly saved: readonly ObjectId[] }> {
  const { cache, output, way } = options
  const order: FileOrder = {
    ...pickRows(rows, todo),
    output,
    task: { kind: 'save', cache: placeOfCache(cache), way },
    objects: newStampRows(todo.length),
    states: new Uint8Array(new SharedArrayBuffer(todo.length)),
  }
  context.report({ type: 'phase', name: 'saving', items: todo.length, bytes: totalSize(order) })
  await carryOut(order, context)
  putRows(order, { rows, at: todo })
  const there: number[] = []
  const saved: ObjectId[] = []
  todo.forEach((row, at) => {
    if (order.states[at] === FileState.there) {
      there.push(row)
      return
    }
    const id = idOfRow(order.ids, at)
    cache.stamps.record(id, readStamp(order.objects, at))
    copyStamp({ rows: order.objects, row: at }, { rows: objects, row })
    saved.push(id)
  })
  return { there, saved }
}

/** Those of `at` whose object is missing or damaged; `objects` gets the stamps of the others. */
async function notWhole(at: readonly number[], { rows, objects, cache, context }: Saving & { readonly cache: Cache }): Promise<number[]> {
  if (at.length === 0) return []
  const { stamps, states, damaged } = await inspectObjects(
    at.map(row => idOfRow(rows.ids, row)),
    cache,
    context,
  )
  for (const object of damaged) warn(object, context)
  for (const [from, row] of at.entries()) copyStamp({ rows: stamps, row: from }, { rows: objects, row })
  return at.filter((_, from) => states[from] !== objectState.whole)
}

const warn = ({ id, movedTo }: DamagedObject, context: Context): void =>
  context.report({ type: 'warning', message: `object ${id} in the cache was damaged; it is set aside as ${movedTo} and saved anew` })

function rowsWhere(known: Uint8Array, value: number): number[] {
  const rows: number[] = []
  known.forEach((one, row) => {
    if (one === value) rows.push(row)
  })
  return rows
}

const merged = (a: readonly number[], b: readonly number[]): number[] => (b.length === 0 ? [...a] : [...a, ...b].sort((x, y) => x - y))
