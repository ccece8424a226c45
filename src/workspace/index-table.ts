/** What is remembered of an output, and the bytes of the file it is kept in. */
import type { XXHashAPI } from 'xxhash-wasm'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { type FileRows, idBytes } from './file-rows.ts'
import { newStampRows, stampWidth } from './stamp-rows.ts'

export interface IndexTable extends FileRows {
  readonly hash: HashKind
  /** 1 for a row whose stamp can be trusted, 0 for one that was too young when it was hashed */
  readonly settled: Uint8Array
  /** the output's own id: of the tree, or of the single file; undefined when it was not worked out */
  readonly id: ObjectId | undefined
  /** bytes of all files */
  readonly size: number
}

/** `paths` stay one text until they are asked for: a clean status compares the text as a whole. */
export interface StoredTable extends IndexTable {
  readonly pathText: string
}

/** Between paths, since no path can hold it. */
export const pathSeparator = '\0'

/**
 * The file, little-endian, for one machine only and made anew when it is unlike this:
 *   magic 8 | hash kind u8 | has id u8 | is a tree u8 | ASCII paths u8 | rows u32 | size f64 | id 16 |
 *   stamps rows × 5 × i64 | ids rows × 16 | settled rows × u8 | paths, separated by NUL | xxh64 of all before, u64
 */
const magic = Buffer.from('dvindex1', 'latin1')
const headerBytes = 40
const sumBytes = 8
const hashKinds: readonly HashKind[] = ['md5', 'md5-dos2unix']

export function encodeIndex(table: IndexTable, { h64Raw }: Pick<XXHashAPI, 'h64Raw'>): Buffer {
  const rows = table.paths.length
  const pathText = table.paths.join(pathSeparator)
  const pathBytes = Buffer.byteLength(pathText)
  const stampBytes = rows * stampWidth * 8
  const idsAt = headerBytes + stampBytes
  const settledAt = idsAt + rows * idBytes
  const pathsAt = settledAt + rows
  const bytes = Buffer.alloc(pathsAt + pathBytes + sumBytes)
  magic.copy(bytes)
  bytes[8] = hashKinds.indexOf(table.hash)
  bytes[9] = table.id === undefined ? 0 : 1
  bytes[10] = table.id?.endsWith('.dir') ? 1 : 0
  bytes[11] = pathBytes === pathText.length ? 1 : 0
  bytes.writeUInt32LE(rows, 12)
  bytes.writeDoubleLE(table.size, 16)
  if (table.id !== undefined) bytes.write(table.id.slice(0, 2 * idBytes), 24, 'hex')
  bytes.set(new Uint8Array(table.stamps.buffer, table.stamps.byteOffset, stampBytes), headerBytes)
  bytes.set(table.ids, idsAt)
  bytes.set(table.settled, settledAt)
  bytes.write(pathText, pathsAt, 'utf8')
  bytes.writeBigUInt64LE(h64Raw(bytes.subarray(0, -sumBytes)), bytes.length - sumBytes)
  return bytes
}

/** Undefined for bytes that are torn, or of another version. */
export function decodeIndex(bytes: Buffer, { h64Raw }: Pick<XXHashAPI, 'h64Raw'>): StoredTable | undefined {
  if (bytes.length < headerBytes + sumBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (h64Raw(bytes.subarray(0, -sumBytes)) !== bytes.readBigUInt64LE(bytes.length - sumBytes)) return undefined
  const hash = hashKinds[bytes[8] ?? 0]
  if (hash === undefined) return undefined
  const rows = bytes.readUInt32LE(12)
  const idsAt = headerBytes + rows * stampWidth * 8
  const settledAt = idsAt + rows * idBytes
  const pathsAt = settledAt + rows
  const stamps = newStampRows(rows)
  new Uint8Array(stamps.buffer).set(bytes.subarray(headerBytes, idsAt))
  const pathText = bytes.toString(bytes[11] === 1 ? 'latin1' : 'utf8', pathsAt, bytes.length - sumBytes)
  let paths: readonly string[] | undefined
  return {
    hash,
    id: bytes[9] === 1 ? (`${bytes.toString('hex', 24, headerBytes)}${bytes[10] === 1 ? '.dir' : ''}` as ObjectId) : undefined,
    size: bytes.readDoubleLE(16),
    stamps,
    ids: bytes.subarray(idsAt, settledAt),
    settled: bytes.subarray(settledAt, pathsAt),
    pathText,
    get paths() {
      paths ??= rows === 0 ? [] : pathText.split(pathSeparator)
      return paths
    },
  }
}
