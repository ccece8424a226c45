/** What an output holds now. */
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import { carryOut } from './carry-out.ts'
import { eachCommonRow } from './each-common-row.ts'
import { type FileRows, idBytes, idOfRow, newFileRows, setIdOfRow, totalSize, treeOfRows } from './file-rows.ts'
import type { IndexTable } from './index-table.ts'
import { pickRows, putRows } from './pick-rows.ts'
import type { Place } from './place.ts'
import { type ChangedScan, scanPlace } from './scan.ts'
import { newStampRows, sizeOf, youngestOf } from './stamp-rows.ts'

export type { Place } from './place.ts'

export type Snapshot =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly id: ObjectId; readonly size: number /* bytes */; readonly executable: boolean }
  | FolderSnapshot

/** `id` and `tree` are made when they are first asked for: of 20,000 files they take 25 ms, and most of a status does without. */
export interface FolderSnapshot {
  readonly kind: 'folder'
  readonly id: ObjectId
  /** the id that it had before something in it changed; so it is known, without its own, that it is no longer that */
  readonly formerId: ObjectId | undefined
  readonly tree: Tree
  /** bytes of all files */
  readonly size: number
}

export const hasId = (snapshot: Snapshot, id: ObjectId): boolean =>
  snapshot.kind !== 'absent' && !(snapshot.kind === 'folder' && snapshot.formerId === id) && snapshot.id === id

/** What the pointer says of an output of DVC 2, whose files may have either of two ids (see content-hash.ts). */
export interface Expected {
  readonly id?: ObjectId | undefined
  /** of a folder, when it can be read; of a file, one entry whose path is '' */
  readonly tree?: Tree | undefined
}

/**
 * Hashes only files that the index does not know by their stamp, and remembers them. Reports a phase `hashing` when there are any.
 * @throws DvError 'unsupported-file', 'file-changed', 'access-denied', 'interrupted'
 */
export async function takeSnapshot(place: Place, context: Context, expected?: Expected): Promise<Snapshot> {
  const scan = await scanPlace(place)
  if (scan.kind === 'absent') return scan
  if (scan.kind === 'clean' && !isDoubtful(place, scan.table, expected)) return snapshotOf(scan.table, scan.executable)
  const changed: ChangedScan =
    scan.kind === 'clean'
      ? { ...scan, kind: 'changed', rows: scan.table, known: new Uint8Array(scan.table.settled), isAligned: true }
      : scan
  const clock = place.index.tick(place.path)
  await hashUnknown(changed, { place, context, expected })
  const formerId = formerIdOf(changed)
  const id = formerId === undefined ? idOfRows(changed) : undefined
  const table = await tableOf(changed.rows, { place, clock, id })
  place.index.replace(table)
  await place.index.flush()
  return snapshotOf(table, changed.executable, formerId)
}

/** Of a folder that is no longer as the index had it. */
function formerIdOf({ table, rows, isAligned, isFolder }: ChangedScan): ObjectId | undefined {
  if (!isFolder || table?.id === undefined) return undefined
  return isAligned && Buffer.compare(rows.ids, table.ids) === 0 ? undefined : table.id
}

export function snapshotOf(table: IndexTable, executable: boolean, formerId?: ObjectId): Snapshot {
  const { id, size } = table
  if (id !== undefined && !isTreeId(id)) return { kind: 'file', id, size, executable }
  let madeId = id
  let tree: Tree | undefined
  return {
    kind: 'folder',
    size,
    formerId,
    get id() {
      madeId ??= treeId(printTree(this.tree))
      return madeId
    },
    get tree() {
      tree ??= treeOfRows(table)
      return tree
    },
  }
}

/** Of the output that the rows are the files of. */
export const idOfRows = ({ rows, isFolder }: Pick<ChangedScan, 'rows' | 'isFolder'>): ObjectId =>
  isFolder ? treeId(printTree(treeOfRows(rows))) : idOfRow(rows.ids, 0)

export interface TableOptions {
  readonly place: Place
  /** before the first file was read: a file that is not older could have changed since without a later stamp */
  readonly clock: bigint
  /** of the output; of a folder it may be left for later */
  readonly id: ObjectId | undefined
  /** rows of files that we have just made: they are trusted although they are young, once the clock has passed them */
  readonly ours?: readonly number[]
}

export async function tableOf(rows: FileRows, { place, clock, id, ours = [] }: TableOptions): Promise<IndexTable> {
  const settled = new Uint8Array(rows.paths.length)
  for (let row = 0; row < settled.length; row++) settled[row] = youngestOf(rows.stamps, row) < clock ? 1 : 0
  if (ours.length > 0) {
    const youngest = ours.reduce((time, row) => maxOf(time, youngestOf(rows.stamps, row)), 0n)
    const later = await place.index.tickAfter(youngest, place.path)
    for (const row of ours) settled[row] = youngestOf(rows.stamps, row) < later ? 1 : 0
  }
  return { paths: rows.paths, stamps: rows.stamps, ids: rows.ids, settled, hash: place.hash, id, size: totalSize(rows) }
}

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b)

interface Hashing {
  readonly place: Place
  readonly context: Context
  readonly expected: Expected | undefined
}

async function hashUnknown({ rows, known, isFolder }: ChangedScan, { place, context, expected }: Hashing): Promise<void> {
  const wanted = place.hash === 'md5' || expected === undefined ? undefined : wantedIds(rows, expected, isFolder)
  const unknown: number[] = []
  for (let row = 0; row < known.length; row++) {
    if (known[row] !== 1 || (wanted !== undefined && mayBeOther(rows, row, wanted))) unknown.push(row)
  }
  if (unknown.length === 0) return
  const part = pickRows(rows, unknown)
  if (wanted) for (const [at, row] of unknown.entries()) part.ids.set(wanted.subarray(row * idBytes, (row + 1) * idBytes), at * idBytes)
  context.report({ type: 'phase', name: 'hashing', items: unknown.length, bytes: totalSize(part) })
  const task = { kind: 'hash', hash: place.hash, hasIds: wanted !== undefined } as const
  await carryOut({ ...part, output: place.path, task, objects: new BigInt64Array(0), states: new Uint8Array(0) }, context)
  putRows(part, { rows, at: unknown })
}

/** By row what the pointer expects; zeros where it knows no such path. */
function wantedIds(rows: FileRows, { id, tree }: Expected, isFolder: boolean): Uint8Array {
  const wanted = newFileRows(rows.paths, newStampRows(0)).ids
  if (!isFolder && id !== undefined && !isTreeId(id)) setIdOfRow(wanted, 0, id)
  if (tree)
    eachCommonRow(
      rows.paths,
      tree.map(entry => entry.path),
      (row, treeRow) => setIdOfRow(wanted, row, tree[treeRow]?.id ?? ''),
    )
  return wanted
}

/** Bytes above which the hashes of DVC 2 and 3 may differ: the piece that is looked at for text. */
const dos2unixPiece = 1 << 20

/** A known id may be the other variant's: then the file is read again. */
function mayBeOther(rows: FileRows, row: number, wanted: Uint8Array): boolean {
  if (sizeOf(rows.stamps, row) <= dos2unixPiece) return false
  const expected = idOfRow(wanted, row)
  return !/^0*$/.test(expected) && expected !== idOfRow(rows.ids, row)
}

const isDoubtful = (place: Place, table: IndexTable, expected: Expected | undefined): boolean =>
  place.hash === 'md5-dos2unix' && expected !== undefined && table.id !== expected.id
