/** A place that keeps objects under their ids. What a store must guarantee is in README.md beside this file. */
import type { Readable } from 'node:stream'
import type { FileStamp } from '../base/file-stamp.ts'
import type { ObjectId } from '../base/object-id.ts'

export interface ObjectStore {
  /** for people, without credentials: `s3://lab/dvc-storage` */
  readonly label: string
  /** requests at a time that it serves well, at least 1 */
  readonly concurrency: number
  /** Which of `ids` are there. How it asks (one by one, or a listing) is the store's choice, by counted cost. */
  has(ids: readonly ObjectId[], signal: AbortSignal): Promise<Set<ObjectId>>
  /**
   * Hands the bytes from `start` (default 0) to `consume`. A connection that breaks in the middle fails inside the call, so a
   * retry opens the object anew and calls `consume` again. @throws DvError 'object-missing'
   */
  read<T>(id: ObjectId, options: ReadOptions, consume: (body: Readable) => Promise<T>): Promise<T>
  /** Returns when the store has confirmed the whole object. An object half written is never visible. */
  write(id: ObjectId, source: ObjectSource, signal: AbortSignal): Promise<void>
  /** All objects, in pages, in no particular order. Names that are no objects are passed over. */
  list(signal: AbortSignal): AsyncIterable<readonly ObjectId[]>
  /** The same, with what a listing tells of each object. */
  inventory(signal: AbortSignal): AsyncIterable<readonly ListedObject[]>
  /** Removing what is not there is no error. */
  remove(ids: readonly ObjectId[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface ListedObject {
  readonly id: ObjectId
  /** bytes */
  readonly size: number
  /** ms since 1970: when it came there, by the store's clock */
  readonly time: number
}

export interface ReadOptions {
  /** bytes to skip */
  readonly start?: number
  readonly signal: AbortSignal
}

/** Bytes that can be read again: a retry opens them anew. */
export interface ObjectSource {
  /** bytes */
  readonly size: number
  open(start?: number): Readable
  /** lets a store send or copy the file itself */
  readonly path?: string
  /** that `path` had when it was hashed: with it, its bytes are the object's */
  readonly stamp?: FileStamp
  /** somebody may write to it: a store whose server does not check the whole object's hash has to */
  readonly mayChange?: boolean
}
