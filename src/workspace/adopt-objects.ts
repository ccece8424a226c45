/** Objects of DVC 2 get their names of DVC 3 as well: those stay, these are made beside them. */
import { linkSync, lstatSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { Context } from '../base/context.ts'
import { isSystemError } from '../base/error.ts'
import { stampOf } from '../base/file-stamp.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { objectPath } from '../format/object-path.ts'
import type { Cache } from '../store/cache.ts'
import { linkRefusals } from '../store/clone-file.ts'
import { fileError } from '../store/file-errors.ts'
import { carryOut } from './carry-out.ts'
import { idOfRow, newFileRows, totalSize } from './file-rows.ts'
import { inspectObjects, objectState } from './inspect-objects.ts'
import { copyStamp, sizeOf } from './stamp-rows.ts'

export interface NewName {
  readonly id: ObjectId
  /** bytes */
  readonly size: number
}

export interface NewNames {
  /** by the id of DVC 2; of a list of files it is the same, being the md5 of the same text */
  readonly names: ReadonlyMap<ObjectId, NewName>
  /** not what their ids say, by either variant of DVC 2's hash: they get no new name */
  readonly damaged: readonly ObjectId[]
}

/** Hashes all objects of `legacy`, which are checked first. Writes nothing. Reports phases `checking` and `hashing`. */
export async function hashAnew(legacy: Cache, context: Context): Promise<NewNames> {
  const ids: ObjectId[] = []
  for await (const page of legacy.list(context.signal)) for (const id of page) ids.push(id)
  // Lists of files hash the same in both layouts, and are checked like the rest.
  const { states, stamps, damaged } = await inspectObjects(ids, legacy, context, { mends: false })
  const whole = ids.flatMap((_, at) => (states[at] === objectState.whole ? [at] : []))
  const rows = newFileRows(whole.map(at => objectPath(ids[at] as ObjectId, legacy.hash)))
  for (const [row, at] of whole.entries()) copyStamp({ rows: stamps, row: at }, { rows: rows.stamps, row })
  context.report({ type: 'phase', name: 'hashing', items: whole.length, bytes: totalSize(rows) })
  const task = { kind: 'hash', hash: 'md5', hasIds: false } as const
  await carryOut({ ...rows, output: legacy.folder, task, objects: new BigInt64Array(0), states: new Uint8Array(0) }, context)
  const names = new Map<ObjectId, NewName>()
  whole.forEach((at, row) => {
    const old = ids[at] as ObjectId
    const md5 = idOfRow(rows.ids, row)
    names.set(old, { id: isTreeId(old) ? (`${md5}.dir` as ObjectId) : md5, size: sizeOf(rows.stamps, row) })
  })
  return { names, damaged: damaged.map(({ id }) => id) }
}

/** Objects between two looks at the signal; each takes some 20 µs. */
const portion = 500

/** Makes in `fresh` what it lacks, by hard link as DVC does it, else by copy; lists of files last. Returns how many were made. */
export async function adoptObjects(
  names: ReadonlyMap<ObjectId, NewName>,
  { legacy, fresh }: { readonly legacy: Cache; readonly fresh: Cache },
  context: Context,
): Promise<number> {
  const inOrder = [...names].sort(([a], [b]) => Number(isTreeId(a)) - Number(isTreeId(b)))
  const there = await fresh.has(
    inOrder.map(([, { id }]) => id),
    context.signal,
  )
  const made: ObjectId[] = []
  context.report({ type: 'phase', name: 'linking', items: names.size })
  for (const [count, [old, { id }]] of inOrder.entries()) {
    if (count % portion === 0) {
      await turn()
      throwIfAborted(context.signal)
    }
    context.report({ type: 'advance', items: 1, bytes: 0 })
    if (there.has(id)) continue
    there.add(id)
    if (!linkObject(old, id, { legacy, fresh })) await fresh.receive(id, (await legacy.source(old)).open(), context.signal)
    made.push(id)
  }
  await fresh.makeDurable(made)
  return made.length
}

/** False where the file system has no such link. */
function linkObject(old: ObjectId, id: ObjectId, { legacy, fresh }: { readonly legacy: Cache; readonly fresh: Cache }): boolean {
  const [from, to] = [legacy.pathOf(old), fresh.pathOf(id)]
  try {
    const stats = lstatSync(from, { bigint: true })
    // DVC has no links to empty objects, of which there may be any number.
    if (stats.size === 0n) return false
    fresh.makeFolderOf(id)
    linkSync(from, to)
    fresh.stamps.record(id, stampOf(lstatSync(to, { bigint: true })))
    return true
  } catch (error) {
    if (isSystemError(error, ...linkRefusals)) return false
    if (isSystemError(error, 'EEXIST')) return true
    throw fileError(error, `link ${from} to ${to}`, to)
  }
}
