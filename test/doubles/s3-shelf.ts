/** Where the in-process S3 server keeps its objects: in memory, and under a folder too when there is one. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export interface StoredObject {
  readonly bytes: Buffer
  /** without quotes */
  readonly etag: string
  /** ms since 1970 */
  readonly time: number
  /** undefined in a bucket without versions */
  readonly versionId?: string
  /** S3's delete marker: from then on the key was gone */
  readonly isRemoval?: boolean
}

export interface Shelf {
  makeBucket(bucket: string): void
  hasBucket(bucket: string): boolean
  /** From now on every write and removal is a version of its own. */
  keepVersions(bucket: string): void
  keepsVersions(bucket: string): boolean
  /** the newest, or the version named; also a removal */
  get(bucket: string, key: string, versionId?: string): StoredObject | undefined
  put(bucket: string, key: string, object: { readonly bytes: Buffer; readonly etag?: string }): StoredObject
  /** with a version: that one is gone for good */
  delete(bucket: string, key: string, versionId?: string): StoredObject | undefined
  /** that hold something now, sorted by their UTF-8 bytes, as S3 lists them */
  keys(bucket: string): readonly string[]
  /** all versions, of each key the newest first */
  versions(bucket: string): readonly { readonly key: string; readonly object: StoredObject; readonly isLatest: boolean }[]
}

interface Bucket {
  versioned: boolean
  /** newest first */
  readonly objects: Map<string, readonly StoredObject[]>
}

export function openShelf(folder: string | undefined): Shelf {
  const buckets = new Map<string, Bucket>()
  const sorted = new Map<string, readonly string[]>()
  const fileOf = (bucket: string, key: string): string | undefined => (folder === undefined ? undefined : join(folder, bucket, key))
  const versionsOf = (bucket: string, key: string): readonly StoredObject[] => buckets.get(bucket)?.objects.get(key) ?? []
  const isHeld = (bucket: string, key: string): boolean => versionsOf(bucket, key)[0]?.isRemoval === false
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
  const allKeys = (bucket: string): readonly string[] => [...(buckets.get(bucket)?.objects.keys() ?? [])].sort(byBytes)
  const place = (bucket: string, key: string, versions: readonly StoredObject[]): void => {
    const before = isHeld(bucket, key)
    if (versions.length > 0) buckets.get(bucket)?.objects.set(key, versions)
    else buckets.get(bucket)?.objects.delete(key)
    if (isHeld(bucket, key) !== before) sorted.delete(bucket)
    const file = fileOf(bucket, key)
    if (file === undefined) return
    const newest = versions[0]
    rmSync(file, { force: true })
    if (newest === undefined || newest.isRemoval) return
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, newest.bytes)
  }
  const add = (bucket: string, key: string, fresh: StoredObject): StoredObject => {
    const object = buckets.get(bucket)?.versioned === true ? { ...fresh, versionId: randomUUID() } : fresh
    const older = versionsOf(bucket, key).filter(each => each.versionId !== object.versionId)
    place(bucket, key, [object, ...older])
    return object
  }

  const shelf: Shelf = {
    makeBucket: bucket => {
      if (!buckets.has(bucket)) buckets.set(bucket, { versioned: false, objects: new Map() })
      if (folder !== undefined) mkdirSync(join(folder, bucket), { recursive: true })
    },
    hasBucket: bucket => buckets.has(bucket),
    keepVersions: bucket => {
      shelf.makeBucket(bucket)
      const found = buckets.get(bucket)
      if (found) found.versioned = true
    },
    keepsVersions: bucket => buckets.get(bucket)?.versioned === true,
    get: (bucket, key, versionId) => {
      const versions = versionsOf(bucket, key)
      return versionId === undefined ? versions[0] : versions.find(each => (each.versionId ?? 'null') === versionId)
    },
    put: (bucket, key, { bytes, etag }) =>
      add(bucket, key, { bytes, etag: etag ?? createHash('md5').update(bytes).digest('hex'), time: Date.now(), isRemoval: false }),
    delete: (bucket, key, versionId) => {
      if (versionId === undefined && shelf.keepsVersions(bucket))
        return add(bucket, key, { bytes: Buffer.alloc(0), etag: '', time: Date.now(), isRemoval: true })
      const goes = shelf.get(bucket, key, versionId)
      place(
        bucket,
        key,
        versionsOf(bucket, key).filter(each => each !== goes),
      )
      return goes
    },
    keys: bucket => {
      const known = sorted.get(bucket)
      if (known !== undefined) return known
      const keys = allKeys(bucket).filter(key => isHeld(bucket, key))
      sorted.set(bucket, keys)
      return keys
    },
    versions: bucket => allKeys(bucket).flatMap(key => versionsOf(bucket, key).map((object, at) => ({ key, object, isLatest: at === 0 }))),
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
