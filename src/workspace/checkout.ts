/** Makes the workspace as a plan says. */
import { dirname } from 'node:path'
import type { Context } from '../base/context.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import type { TreeEntry } from '../format/tree.ts'
import type { Cache } from '../store/cache.ts'
import { placeOfCache } from './cache-place.ts'
import { carryOut } from './carry-out.ts'
import { rememberCheckout } from './checkout-index.ts'
import type { CheckoutPlan } from './checkout-plan.ts'
import { type FileOrder, FileState } from './file-order.ts'
import { newFileRows, pathIn, setIdOfRow, totalSize } from './file-rows.ts'
import type { IndexTable } from './index-table.ts'
import { type DamagedObject, inspectObjects, objectState } from './inspect-objects.ts'
import type { LinkKind } from './link.ts'
import type { Place } from './place.ts'
import { removeFiles } from './remove-files.ts'
import { openSafeFolders } from './safe-folders.ts'
import { copyStamp, newStampRows, readStamp, writeStamp } from './stamp-rows.ts'
import { statsOfFile } from './walk.ts'

export interface CheckoutResult {
  readonly created: number
  readonly replaced: number
  readonly removed: number
  /** not in the cache; what was at their paths is as it was */
  readonly missing: readonly TreeEntry[]
  /** in the cache, but with another hash; set aside, and nothing made of them */
  readonly damaged: readonly DamagedObject[]
}

export interface ApplyOptions {
  readonly cache: Cache
  readonly links: readonly LinkKind[]
  /** of a single file: its owner may run it. It is a copy then, whatever `links` says. */
  readonly executable?: boolean | undefined
  /** the output is a folder without a file: it is made, or kept. Otherwise a folder that loses its last file goes. */
  readonly emptyFolder?: boolean | undefined
}

/**
 * Removes, then creates and replaces; each file is at every instant as it was or as it shall be. The plan is that of a snapshot
 * taken with the same `place.index`: a file that has changed since is left alone. Reports phases `checking` and `linking`.
 * The index then knows every file that was made, so that the next snapshot hashes nothing.
 * @throws DvError 'checkout-failed', 'unsaved-files', 'access-denied', 'disk-full', 'interrupted'
 */
export async function applyCheckout(plan: CheckoutPlan, place: Place, options: ApplyOptions, context: Context): Promise<CheckoutResult> {
  const { cache, links, executable = false, emptyFolder = false } = options
  const table = await place.index.read()
  const wanted = [...plan.create, ...plan.replace, ...plan.relink]
  const inspected = await inspectObjects(
    wanted.map(entry => entry.id),
    cache,
    context,
  )
  throwIfAborted(context.signal)

  const whole = wanted.flatMap((_, at) => (inspected.states[at] === objectState.whole ? [at] : []))
  const order: FileOrder = {
    ...newFileRows(whole.map(at => wanted[at]?.path ?? '')),
    output: place.path,
    task: { kind: 'make', cache: placeOfCache(cache), links, executable },
    objects: newStampRows(whole.length),
    states: new Uint8Array(new SharedArrayBuffer(whole.length)),
  }
  whole.forEach((at, row) => {
    setIdOfRow(order.ids, row, wanted[at]?.id ?? '')
    copyStamp({ rows: inspected.stamps, row: at }, { rows: order.objects, row })
    order.states[row] = at < plan.create.length ? FileState.create : FileState.replace
  })
  expectOld(order, table)

  const folders = openSafeFolders(place)
  const needed = new Set(order.paths.map(path => dirname(pathIn(place.path, path))))
  if (emptyFolder) needed.add(place.path)
  removeFiles({ output: place.path, paths: plan.remove, table, folders, keep: withParents(needed, place.path) })
  for (const folder of needed) folders.make(folder)

  if (order.paths.length > 0) {
    context.report({
      type: 'phase',
      name: 'linking',
      items: order.paths.length,
      bytes: totalSize({ paths: order.paths, stamps: order.objects }),
    })
    await carryOut(order, context)
    recordLinks(
      order,
      whole.map(at => wanted[at]?.id as ObjectId),
      cache,
    )
  }
  await rememberCheckout({ place, order, table, removed: plan.remove, hash: cache.hash })
  const isMade = (_: TreeEntry, at: number): boolean => inspected.states[at] === objectState.whole
  return {
    created: plan.create.filter(isMade).length,
    replaced: plan.replace.filter((entry, at) => isMade(entry, at + plan.create.length)).length,
    removed: plan.remove.length,
    missing: wanted.filter((_, at) => inspected.states[at] === objectState.missing),
    damaged: inspected.damaged,
  }
}

/** What is to be replaced must look as it did when the plan was made; where the index knows nothing of it, as it does now. */
function expectOld(order: FileOrder, table: IndexTable | undefined): void {
  const rows = order.paths.flatMap((_, row) => (order.states[row] === FileState.replace ? [row] : []))
  for (const row of rows) {
    const stats = statsOfFile(pathIn(order.output, order.paths[row] ?? ''))
    if (stats !== undefined) writeStamp(order.stamps, row, stats)
  }
  if (table === undefined) return
  const rowOf = new Map(rows.map(row => [order.paths[row] ?? '', row]))
  table.paths.forEach((path, from) => {
    const row = rowOf.get(path)
    if (row !== undefined) copyStamp({ rows: table.stamps, row: from }, { rows: order.stamps, row })
  })
}

function withParents(folders: ReadonlySet<string>, output: string): Set<string> {
  const all = new Set(folders)
  for (const folder of folders) {
    for (let at = dirname(folder); at.startsWith(output) && !all.has(at); at = dirname(at)) all.add(at)
  }
  return all
}

/** An object that has got its second name is remembered so: from then on its ctime, which every further name changes, says nothing. */
function recordLinks(order: FileOrder, ids: readonly ObjectId[], cache: Cache): void {
  ids.forEach((id, row) => {
    const object = readStamp(order.objects, row)
    const made = readStamp(order.stamps, row)
    if (object.links === 1n && made.inode === object.inode && made.links > 1n) cache.stamps.record(id, made)
  })
}
