/** Where data is imported from: plain files under names of their own, in a folder, a bucket, on a web server. Nothing is ever written there. */
import type { Readable } from 'node:stream'
import type { ReadOptions } from './object-store.ts'

export interface FileSource {
  /** for people, without credentials: `s3://lab/photos` */
  readonly label: string
  /** requests at a time that it serves well, at least 1 */
  readonly concurrency: number
  /** What DVC calls a file's `mark` in a pointer; undefined: it writes none, and files have to be read for their md5. */
  readonly markKey: 'etag' | 'checksum' | undefined
  /** What the url itself is, in the newest version or the one that is named; undefined: there is nothing. */
  look(signal: AbortSignal, versionId?: string): Promise<SourceFile | SourceFolder | undefined>
  /** All files below the url, in pages, in no particular order. */
  files(signal: AbortSignal): AsyncIterable<readonly SourceFile[]>
  /** What lies in one folder ('' is the url itself), not below it. */
  entries(folder: string, signal: AbortSignal): Promise<readonly (SourceFile | SourceFolder)[]>
  /** As ObjectStore's `read`. @throws DvError 'object-missing'; 'file-changed' when the mark is no longer that of `file` */
  read<T>(file: SourceFile, options: ReadOptions, consume: (body: Readable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface SourceFile {
  readonly kind: 'file'
  /** below the url, parts separated by `/`; '' when the url is the file itself */
  readonly path: string
  /** bytes; undefined where a server does not say */
  readonly size: number | undefined
  /** another one when the content is another */
  readonly mark: string
  readonly versionId?: string | undefined
  readonly executable?: boolean
}

export interface SourceFolder {
  readonly kind: 'folder'
  readonly path: string
}
