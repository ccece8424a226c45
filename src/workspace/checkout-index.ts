/** What the index knows after a checkout. */
import { compareCodePoints } from '../base/code-points.ts'
import type { HashKind } from '../base/object-id.ts'
import { printTree, treeId } from '../format/tree.ts'
import type { FileOrder } from './file-order.ts'
import { type FileRows, idBytes, idOfRow, newFileRows, totalSize, treeOfRows } from './file-rows.ts'
import type { IndexTable } from './index-table.ts'
import type { Place } from './place.ts'
import { copyStamp, youngestOf } from './stamp-rows.ts'

export interface CheckoutMemory {
  readonly place: Place
  /** carried out: all its rows are made */
  readonly order: FileOrder
  /** what was known before */
  readonly table: IndexTable | undefined
  readonly removed: readonly string[]
  readonly hash: HashKind
}

/**
 * The rows of before less what has gone, and those just made. Nobody but us has touched these, so they are trusted although they
 * are young; to keep that true the clock is let run past the youngest first.
 */
export async function rememberCheckout({ place, order, table, removed, hash }: CheckoutMemory): Promise<void> {
  const before: IndexTable | undefined = table?.hash === hash ? table : undefined
  const gone = new Set([...removed, ...order.paths])
  const kept = (before?.paths ?? []).flatMap((path, row) => (gone.has(path) ? [] : [row]))
  const made = order.paths.map((_, row) => row).sort((a, b) => compareCodePoints(order.paths[a] ?? '', order.paths[b] ?? ''))
  let youngest = 0n
  for (const row of made) if (youngestOf(order.stamps, row) > youngest) youngest = youngestOf(order.stamps, row)
  const clock = made.length === 0 ? 0n : await place.index.tickAfter(youngest, place.path)

  const sources: Source[] = []
  for (let at = 0, to = 0; at < kept.length || to < made.length; ) {
    const old = kept[at]
    const next = made[to]
    const isOld = old !== undefined && (next === undefined || compareCodePoints(before?.paths[old] ?? '', order.paths[next] ?? '') < 0)
    if (isOld && before) sources.push({ rows: before, row: old, settled: before.settled[old] ?? 0 })
    else if (next !== undefined) sources.push({ rows: order, row: next, settled: youngestOf(order.stamps, next) < clock ? 1 : 0 })
    if (isOld) at++
    else to++
  }
  place.index.replace(joined(sources, hash))
  await place.index.flush()
}

interface Source {
  readonly rows: FileRows
  readonly row: number
  readonly settled: number
}

function joined(sources: readonly Source[], hash: HashKind): IndexTable {
  const rows = newFileRows(sources.map(({ rows, row }) => rows.paths[row] ?? ''))
  sources.forEach(({ rows: { stamps, ids }, row }, to) => {
    copyStamp({ rows: stamps, row }, { rows: rows.stamps, row: to })
    rows.ids.set(ids.subarray(row * idBytes, (row + 1) * idBytes), to * idBytes)
  })
  const isFile = rows.paths.length === 1 && rows.paths[0] === ''
  return {
    ...rows,
    hash,
    settled: Uint8Array.from(sources, source => source.settled),
    id: isFile ? idOfRow(rows.ids, 0) : treeId(printTree(treeOfRows(rows))),
    size: totalSize(rows),
  }
}
