/** The files of an output, packed: what is known of each, by row, in the order of a tree. */
import type { ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { newStampRows, sizeOf } from './stamp-rows.ts'

export interface FileRows {
  /** relative to the output, sorted by code point; a single file has the path '' */
  readonly paths: readonly string[]
  /** of the files in the workspace */
  readonly stamps: BigInt64Array
  /** 16 bytes a row */
  readonly ids: Uint8Array
}

/** Bytes an id takes. */
export const idBytes = 16

export const newFileRows = (paths: readonly string[], stamps: BigInt64Array = newStampRows(paths.length)): FileRows => ({
  paths,
  stamps,
  ids: new Uint8Array(new SharedArrayBuffer(paths.length * idBytes)),
})

export const idOfRow = (ids: Uint8Array, row: number): ObjectId =>
  Buffer.from(ids.buffer, ids.byteOffset + row * idBytes, idBytes).toString('hex') as ObjectId

export function setIdOfRow(ids: Uint8Array, row: number, id: string): void {
  Buffer.from(ids.buffer, ids.byteOffset + row * idBytes, idBytes).write(id, 'hex')
}

/** Reads all ids at once: 20,000 in 1 ms, where one by one takes 6. */
export function treeOfRows({ paths, ids }: Pick<FileRows, 'paths' | 'ids'>): Tree {
  const hex = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('hex')
  return paths.map((path, row) => ({ path, id: hex.slice(row * 2 * idBytes, (row + 1) * 2 * idBytes) as ObjectId }))
}

/** Bytes of all files. */
export function totalSize({ paths, stamps }: Pick<FileRows, 'paths' | 'stamps'>): number {
  let sum = 0
  for (let row = 0; row < paths.length; row++) sum += sizeOf(stamps, row)
  return sum
}

/** Absolute path of a row's file. */
export const pathIn = (output: string, path: string): string => (path === '' ? output : `${output}/${path}`)
