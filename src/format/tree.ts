/** A tree: the list of a folder's files, as DVC keeps it in a `.dir` object. */
import { createHash } from 'node:crypto'
import type { ObjectId } from '../base/object-id.ts'

export interface TreeEntry {
  /** relative to the output, parts separated by `/` */
  readonly path: string
  readonly id: ObjectId
}

/** Sorted by Unicode code point of `path`, no path twice. */
export type Tree = readonly TreeEntry[]

export const treeId = (bytes: Uint8Array): ObjectId => `${createHash('md5').update(bytes).digest('hex')}.dir` as ObjectId
