/** Work on many files, in a form that threads can share: paths, and columns in shared memory that all of them read and write. */
import type { HashKind } from '../base/object-id.ts'
import type { FileRows } from './file-rows.ts'
import type { LinkKind } from './link.ts'

export interface FileOrder extends FileRows {
  /** absolute path of the output */
  readonly output: string
  readonly task: FileTask
  /** stamps of the objects; written by `save`, read by `make` */
  readonly objects: BigInt64Array
  /** a FileState a row */
  readonly states: Uint8Array
}

export type FileTask =
  /** Finds `ids`. `hasIds`: they hold those expected, to choose between the variants of md5-dos2unix. */
  | { readonly kind: 'hash'; readonly hash: HashKind; readonly hasIds: boolean }
  | SaveTask
  | MakeTask
  /** Makes links copies, and what is read-only writable. */
  | { readonly kind: 'free' }

/** Finds `ids` and brings the files into the cache, by hash and copy in one pass or by link. */
export interface SaveTask {
  readonly kind: 'save'
  readonly cache: CachePlace
  readonly way: 'copy' | 'reflink' | 'hardlink'
}

/** Makes files of `ids` in the workspace. */
export interface MakeTask {
  readonly kind: 'make'
  readonly cache: CachePlace
  readonly links: readonly LinkKind[]
  /** a copy that its owner may run */
  readonly executable: boolean
}

/** How a thread does one kind of task. */
export interface Carrier {
  carry(order: FileOrder, row: number): void
  /** after the last row */
  finish(): Promise<void>
}

/** What a thread needs to open the cache's folder by itself. */
export interface CachePlace {
  readonly folder: string
  readonly hash: HashKind
  readonly shared: boolean
}

/** What is asked for (`make`) and what came of it. */
export const FileState = {
  none: 0,
  /** save: the object was made by copying */
  copied: 1,
  /** save: the object is the workspace file itself */
  linked: 2,
  /** save: an object of that id was there; it is for the caller to see whether it is whole */
  there: 3,
  /** make: nothing is at the path */
  create: 4,
  /** make: what has the row's stamp is at the path and goes */
  replace: 5,
  /** make: it is there now, and `stamps` tells how it looks */
  made: 6,
  /** make: the object is not what its name says; nothing was made */
  damaged: 7,
} as const
