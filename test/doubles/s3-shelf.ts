/** Where the in-process S3 server keeps its objects: in memory, and under a folder too when there is one. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export interface StoredObject {
  readonly bytes: Buffer
  /** without quotes */
  readonly etag: string
  /** ms since 1970 */
  readonly time: number
}

export interface Shelf {
  makeBucket(bucket: string): void
  hasBucket(bucket: string): boolean
  get(bucket: string, key: string): StoredObject | undefined
  put(bucket: string, key: string, object: { readonly bytes: Buffer; readonly etag?: string }): StoredObject
  delete(bucket: string, key: string): void
  /** sorted by their UTF-8 bytes, as S3 lists them */
  keys(bucket: string): readonly string[]
}

export function openShelf(folder: string | undefined): Shelf {
  const buckets = new Map<string, Map<string, StoredObject>>()
  const sorted = new Map<string, readonly string[]>()
  const fileOf = (bucket: string, key: string): string | undefined => (folder === undefined ? undefined : join(folder, bucket, key))

  const shelf: Shelf = {
    makeBucket: bucket => {
      if (!buckets.has(bucket)) buckets.set(bucket, new Map())
      if (folder !== undefined) mkdirSync(join(folder, bucket), { recursive: true })
    },
    hasBucket: bucket => buckets.has(bucket),
    get: (bucket, key) => buckets.get(bucket)?.get(key),
    put: (bucket, key, { bytes, etag }) => {
      const object = { bytes, etag: etag ?? createHash('md5').update(bytes).digest('hex'), time: Date.now() }
      if (buckets.get(bucket)?.has(key) !== true) sorted.delete(bucket)
      buckets.get(bucket)?.set(key, object)
      const file = fileOf(bucket, key)
      if (file !== undefined) {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, bytes)
      }
      return object
    },
    delete: (bucket, key) => {
      if (buckets.get(bucket)?.delete(key) !== true) return
      sorted.delete(bucket)
      const file = fileOf(bucket, key)
      if (file !== undefined) rmSync(file, { force: true })
    },
    keys: bucket => {
      const known = sorted.get(bucket)
      if (known !== undefined) return known
      const keys = [...(buckets.get(bucket)?.keys() ?? [])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      sorted.set(bucket, keys)
      return keys
    },
  }
  if (folder !== undefined) loadFolder(folder, shelf)
  return shelf
}

function loadFolder(folder: string, shelf: Shelf): void {
  mkdirSync(folder, { recursive: true })
  for (const bucket of readdirSync(folder)) {
    shelf.makeBucket(bucket)
    for (const entry of readdirSync(join(folder, bucket), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath ?? entry.path, entry.name)
      const key = relative(join(folder, bucket), file).split(sep).join('/')
      shelf.put(bucket, key, { bytes: readFileSync(file) })
    }
  }
}
