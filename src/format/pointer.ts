/** A pointer: the small YAML file `NAME.dvc` that stands in git for data kept elsewhere. */
import type { HashKind, ObjectId } from '../base/object-id.ts'

export interface Output {
  /** as written: relative to the working folder, or absolute, or a URL */
  readonly path: string
  /** missing when the data was never saved, or when it is kept by cloud versions */
  readonly id?: ObjectId
  readonly hash: HashKind
  /** bytes, of all files together */
  readonly size?: number
  /** files of a folder; a pointer to a single file has none */
  readonly fileCount?: number
  readonly executable?: boolean
  /** the one remote that this output is sent to */
  readonly remote?: string
  /** false: `cache: false`, the file is in git itself */
  readonly cached: boolean
  /** false: `push: false`, never sent to a remote */
  readonly pushed: boolean
  /** every other key: desc, meta, labels, type, cloud, files, version_id … */
  readonly rest: Readonly<Record<string, unknown>>
}

export interface Pointer {
  readonly outputs: readonly Output[]
  /** `wdir`, relative to the pointer's folder, by default `.` */
  readonly workingFolder: string
  /** it has `deps`: made by `import` or `import-url` */
  readonly imported: boolean
  readonly frozen: boolean
  /** every other key: md5, deps, desc, meta … */
  readonly rest: Readonly<Record<string, unknown>>
}
