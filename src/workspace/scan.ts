/** What lies at an output's place, and what of it the index knows. Hashes nothing. */
import { type BigIntStats, lstatSync, statSync } from 'node:fs'
import { DvError, isSystemError } from '../base/error.ts'
import { fileError } from '../store/file-errors.ts'
import { eachCommonRow } from './each-common-row.ts'
import { type FileRows, idBytes, newFileRows } from './file-rows.ts'
import { pathSeparator, type StoredTable } from './index-table.ts'
import { inRepository, type Place } from './place.ts'
import { newStampRows, openStampComparison, writeStamp } from './stamp-rows.ts'
import { statsOfFile, walkFolder } from './walk.ts'

export type Scan =
  | { readonly kind: 'absent' }
  /** nothing has changed since the index was written, down to the last file */
  | { readonly kind: 'clean'; readonly table: StoredTable; readonly executable: boolean; readonly isFolder: boolean }
  | ChangedScan

export interface ChangedScan {
  readonly kind: 'changed'
  /** with the ids that the index knows */
  readonly rows: FileRows
  /** 1 for a row whose id is known */
  readonly known: Uint8Array
  readonly table: StoredTable | undefined
  /** the table has the same paths, so its rows are those of `rows` */
  readonly isAligned: boolean
  readonly executable: boolean
  readonly isFolder: boolean
}

/** @throws DvError 'unsupported-file', 'access-denied' */
export async function scanPlace(place: Place): Promise<Scan> {
  const stats = lstatSync(place.path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return { kind: 'absent' }
  const stored = await place.index.read()
  const table = stored?.hash === place.hash ? stored : undefined
  const isFolder = stats.isDirectory() || (stats.isSymbolicLink() && leadsToFolder(place.path))
  if (isFolder) {
    const { paths, stamps } = walkFolder({ folder: place.path, inRepository: inRepository(place), ignore: place.ignore })
    return compare(newFileRows(paths, stamps), table, { executable: false, isFolder })
  }
  const file = statsOfFile(place.path)
  if (file === undefined) return { kind: 'absent' }
  const stamps = newStampRows(1)
  writeStamp(stamps, 0, file)
  return compare(newFileRows([''], stamps), table, { executable: isExecutable(file), isFolder })
}

/** DVC looks at the owner's bit only. */
const isExecutable = (stats: BigIntStats): boolean => (stats.mode & 0o100n) !== 0n

function leadsToFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'ENOTDIR'))
      throw new DvError('unsupported-file', `${path} is a symlink that leads nowhere`, { hint: `ls -l ${path}`, cause: error })
    throw fileError(error, `follow the symlink ${path}`, path)
  }
}

function compare(
  rows: FileRows,
  table: StoredTable | undefined,
  shape: { readonly executable: boolean; readonly isFolder: boolean },
): Scan {
  if (table === undefined) return { kind: 'changed', rows, known: new Uint8Array(rows.paths.length), table, isAligned: false, ...shape }
  const isAligned = rows.paths.length === table.settled.length && rows.paths.join(pathSeparator) === table.pathText
  const known = isAligned ? compareRows(rows, table) : merge(rows, table)
  if (isAligned && table.id !== undefined && table.id.endsWith('.dir') === shape.isFolder && !known.includes(0))
    return { kind: 'clean', table, ...shape }
  return { kind: 'changed', rows, known, table, isAligned, ...shape }
}

/** Of the same paths, row by row. */
function compareRows(rows: FileRows, table: StoredTable): Uint8Array {
  const isSameStamp = openStampComparison(rows.stamps, table.stamps)
  const known = new Uint8Array(rows.paths.length)
  rows.ids.set(table.ids)
  for (let row = 0; row < known.length; row++) {
    if (table.settled[row] === 1 && isSameStamp(row, row)) known[row] = 1
    else rows.ids.fill(0, row * idBytes, (row + 1) * idBytes)
  }
  return known
}

/** Both are sorted, so one pass finds what they have in common; a path that stands in one only is passed over by looking at the order. */
function merge(rows: FileRows, table: StoredTable): Uint8Array {
  const isSameStamp = openStampComparison(rows.stamps, table.stamps)
  const known = new Uint8Array(rows.paths.length)
  eachCommonRow(rows.paths, table.paths, (row, tableRow) => {
    if (table.settled[tableRow] !== 1 || !isSameStamp(row, tableRow)) return
    rows.ids.set(table.ids.subarray(tableRow * idBytes, (tableRow + 1) * idBytes), row * idBytes)
    known[row] = 1
  })
  return known
}
