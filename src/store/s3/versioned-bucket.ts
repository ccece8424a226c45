/** A bucket that keeps every version of what is written, under names of the user's own: for cloud-versioned remotes and imports. */
import type { Readable } from 'node:stream'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { throwIfAborted } from '../../base/pool.ts'
import type { ObjectSource, ReadOptions } from '../object-store.ts'
import type { RemoteConfig } from '../open.ts'
import { type Again, openRetry } from '../retry.ts'
import { openS3Client, type S3Client } from './client.ts'
import { openGate } from './gate.ts'
import { multipartThreshold, partsAtOnce, uploadInParts } from './multipart.ts'
import { readKey } from './read-key.ts'
import { readS3Settings } from './settings.ts'
import { prepareBody } from './upload-body.ts'
import { uploadCallsOf, type WrittenKey, writtenOf } from './upload-calls.ts'
import { parseVersionPage, textOfTag } from './xml.ts'

export interface KeyVersion {
  /** behind the remote's prefix */
  readonly key: string
  /** undefined: the bucket keeps no versions */
  readonly versionId: string | undefined
  /** without quotes */
  readonly etag: string
  /** bytes */
  readonly size: number
}

export interface ListedVersion extends KeyVersion {
  /** ms since 1970 */
  readonly time: number
  /** what the key holds now */
  readonly isLatest: boolean
  /** from then on the key was gone */
  readonly isRemoval: boolean
}

export interface VersionedBucket {
  /** for people, without credentials: `s3://lab/data` */
  readonly label: string
  /** requests at a time that it serves well */
  readonly concurrency: number
  /** undefined: we may not ask, and the reply to the first write will tell */
  keepsVersions(signal: AbortSignal): Promise<boolean | undefined>
  /** The newest version of a key, or the one named; undefined when it is not there. */
  look(place: VersionPlace, signal: AbortSignal): Promise<KeyVersion | undefined>
  /** As ObjectStore's `read`. @throws DvError 'object-missing' */
  read<T>(place: VersionPlace, options: ReadOptions, consume: (body: Readable) => Promise<T>): Promise<T>
  /** Returns when the server has confirmed the whole object. @throws DvError 'object-corrupt' when the bytes are not those of `id` */
  write(key: string, content: Content, signal: AbortSignal): Promise<WrittenKey>
  /** All versions of all keys that begin with `prefix`, in pages; of one key the newest comes first. Removals are among them. */
  versions(prefix: string, signal: AbortSignal): AsyncIterable<readonly ListedVersion[]>
  close(): Promise<void>
}

export interface VersionPlace {
  readonly key: string
  /** undefined: the newest */
  readonly versionId?: string | undefined
}

export interface Content {
  readonly id: ObjectId
  readonly hash: HashKind
  readonly source: ObjectSource
}

/** Failures that may pass are asked again, as in every store. @throws DvError 'bad-config' */
export async function openVersionedBucket(remote: RemoteConfig, context: Context): Promise<VersionedBucket> {
  const settings = readS3Settings(remote, context)
  const client = await openS3Client(settings, context)
  const again = openRetry()
  const gate = openGate(partsAtOnce)
  return {
    label: settings.label,
    concurrency: settings.concurrency,
    keepsVersions: signal => again(signal, () => keepsVersions(client, signal)),
    look: (place, signal) => again(signal, () => lookAtKey(client, place, signal)),
    read: (place, options, consume) => again(options.signal, () => readKey({ client, ...place }, options, consume)),
    write: (key, content, signal) =>
      again(signal, async () => {
        throwIfAborted(signal)
        if (content.source.size > multipartThreshold) return uploadInParts(uploadCallsOf(client, key), { ...content, gate }, signal)
        const { body, md5 } = await prepareBody({ ...content, secure: client.secure })
        const headers = { 'content-md5': md5, ...settings.writeHeaders, ...settings.objectHeaders }
        return writtenOf(await client.confirm({ verb: 'write', method: 'PUT', key, headers, body }, signal))
      }),
    versions: (prefix, signal) => listVersions({ client, prefix, again }, signal),
    close: async () => client.close(),
  }
}

async function keepsVersions(client: S3Client, signal: AbortSignal): Promise<boolean | undefined> {
  try {
    const { text } = await client.call({ verb: 'ask for the versioning of', method: 'GET', query: { versioning: '' } }, signal)
    return textOfTag(text, 'Status') === 'Enabled'
  } catch (error) {
    if (error instanceof DvError && error.code === 'access-denied') return undefined
    throw error
  }
}

/** The newest version of a key, or the one named; undefined when it is not there. */
export async function lookAtKey(client: S3Client, { key, versionId }: VersionPlace, signal: AbortSignal): Promise<KeyVersion | undefined> {
  const version = versionId === undefined ? {} : { query: { versionId } }
  try {
    const head = await client.confirm({ verb: 'look for', method: 'HEAD', key, headers: client.settings.objectHeaders, ...version }, signal)
    return { key, size: Number(head.headers['content-length'] ?? 0), ...writtenOf(head) }
  } catch (error) {
    if (error instanceof DvError && error.code === 'object-missing') return undefined
    throw error
  }
}

export async function* listVersions(
  { client, prefix, again }: { readonly client: S3Client; readonly prefix: string; readonly again: Again },
  signal: AbortSignal,
): AsyncGenerator<readonly ListedVersion[]> {
  const { prefix: above } = client.settings
  let next: { readonly key: string; readonly versionId: string | undefined } | undefined
  do {
    const from = next === undefined ? {} : { 'key-marker': next.key, ...(next.versionId && { 'version-id-marker': next.versionId }) }
    const query = { versions: '', prefix: above + prefix, 'encoding-type': 'url', ...from }
    const { text } = await again(signal, () => client.call({ verb: 'list the versions in', method: 'GET', query }, signal))
    const page = parseVersionPage(text)
    yield page.versions.map(version => ({
      ...version,
      key: version.key.slice(above.length),
      versionId: version.versionId === 'null' ? undefined : version.versionId,
    }))
    next = page.next
  } while (next !== undefined)
}
