/** What is known to be whole: the stamps that objects of the cache had when they were hashed. Losing it costs time only. */
import type { FileStamp } from '../base/file-stamp.ts'
import type { ObjectId } from '../base/object-id.ts'
import { aligned, type IdRows, openIdRows } from './id-rows.ts'
import { readKept, writeKept } from './kept-file.ts'

export interface ObjectStamps {
  /** Whether the object had this stamp when it was hashed. Of the ctime see `sameStamp`. */
  trusts(id: ObjectId, stamp: FileStamp): boolean
  record(id: ObjectId, stamp: FileStamp): void
  forget(id: ObjectId): void
  flush(): void
}

/*
 * The file: 8 bytes row count; then by columns 32 bytes a row of size, mtime, inode and ctime; 16 of md5; 1 that says how many names
 * the inode had; 1 that is 1 for trees. 50 bytes a row, used as they were read: 1,000,000 rows are there in 0.12 s.
 */
const format = 'dvstamp1'
const numbersPerRow = 4
const numberBytes = numbersPerRow * 8
const md5Bytes = 16
const rowBytes = numberBytes + md5Bytes + 1 + 1

const forgotten = 0
const oneLink = 1
const moreLinks = 2

interface Rows {
  readonly ids: IdRows
  numbers: BigInt64Array<ArrayBuffer>
  links: Uint8Array<ArrayBuffer>
}

/** `file` undefined: nothing is kept beyond this run. Read on the first question; where it may not be written it is not. */
export function openObjectStamps(file: string | undefined): ObjectStamps {
  let loaded: Rows | undefined
  let changed = false
  const rows = (): Rows => {
    loaded ??= readRows(file)
    return loaded
  }
  return {
    trusts: (id, stamp) => {
      const { ids, numbers, links } = rows()
      const row = ids.find(id)
      if (row === -1 || links[row] === forgotten) return false
      const at = row * numbersPerRow
      return (
        numbers[at] === stamp.size &&
        numbers[at + 1] === stamp.mtimeNs &&
        numbers[at + 2] === BigInt.asIntN(64, stamp.inode) &&
        (links[row] !== oneLink || stamp.links !== 1n || numbers[at + 3] === stamp.ctimeNs)
      )
    },
    record: (id, stamp) => {
      const table = rows()
      const row = table.ids.add(id)
      if (row >= table.links.length) grow(table)
      const at = row * numbersPerRow
      table.numbers[at] = stamp.size
      table.numbers[at + 1] = stamp.mtimeNs
      table.numbers[at + 2] = stamp.inode
      table.numbers[at + 3] = stamp.ctimeNs
      table.links[row] = stamp.links === 1n ? oneLink : moreLinks
      changed = true
    },
    forget: id => {
      const { ids, links } = rows()
      const row = ids.find(id)
      if (row === -1) return
      links[row] = forgotten
      changed = true
    },
    flush: () => {
      if (!changed || file === undefined || loaded === undefined) return
      changed = false
      writeRows(file, loaded)
    },
  }
}

function readRows(file: string | undefined): Rows {
  const kept = file === undefined ? undefined : readKept(file, format)
  const count = kept !== undefined && kept.length >= 8 ? Number(kept.readBigUInt64LE()) : 0
  if (kept === undefined || kept.length !== 8 + count * rowBytes) return emptyRows()
  const body = aligned(kept)
  const md5sAt = 8 + count * numberBytes
  const linksAt = md5sAt + count * md5Bytes
  return {
    numbers: new BigInt64Array(body.buffer, body.byteOffset + 8, count * numbersPerRow),
    links: body.subarray(linksAt, linksAt + count),
    ids: openIdRows({ md5s: body.subarray(md5sAt, linksAt), trees: body.subarray(linksAt + count) }),
  }
}

const emptyRows = (): Rows => ({ ids: openIdRows(), numbers: new BigInt64Array(1024 * numbersPerRow), links: new Uint8Array(1024) })

function grow(rows: Rows): void {
  const size = (rows.links.length + 1024) * 2
  const numbers = new BigInt64Array(size * numbersPerRow)
  numbers.set(rows.numbers)
  const links = new Uint8Array(size)
  links.set(rows.links)
  rows.numbers = numbers
  rows.links = links
}

function writeRows(file: string, rows: Rows): void {
  const { ids, numbers, links } = rows.links.subarray(0, rows.ids.count()).includes(forgotten) ? withoutForgotten(rows) : rows
  const count = ids.count()
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(count))
  const { md5s, trees } = ids.toBytes()
  writeKept(file, format, [
    head,
    new Uint8Array(numbers.buffer, numbers.byteOffset, count * numberBytes),
    md5s,
    links.subarray(0, count),
    trees,
  ])
}

function withoutForgotten({ ids, numbers, links }: Rows): Rows {
  const kept: Rows = emptyRows()
  for (let row = 0; row < ids.count(); row++) {
    if (links[row] === forgotten) continue
    const to = kept.ids.add(ids.idAt(row))
    if (to >= kept.links.length) grow(kept)
    kept.links[to] = links[row] as number
    kept.numbers.set(numbers.subarray(row * numbersPerRow, (row + 1) * numbersPerRow), to * numbersPerRow)
  }
  return kept
}
