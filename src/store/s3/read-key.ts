/** Reads what is kept under a key: the newest version, or the one that is named. */
import { Readable } from 'node:stream'
import { DvError } from '../../base/error.ts'
import type { ReadOptions } from '../object-store.ts'
import type { S3Client } from './client.ts'

export interface ReadPlace {
  readonly client: S3Client
  /** behind the remote's prefix */
  readonly key: string
  readonly versionId?: string | undefined
  /** only when the key still holds what has this ETag; the failure's cause says HTTP 412 otherwise */
  readonly etag?: string
}

/** @throws DvError 'object-missing', and what `consume` fails with */
export async function readKey<T>(
  { client, key, versionId, etag }: ReadPlace,
  { start = 0, signal }: ReadOptions,
  consume: (body: Readable) => Promise<T>,
): Promise<T> {
  const ranged = start > 0 ? { range: `bytes=${start}-` } : {}
  const guarded = etag === undefined ? {} : { 'if-match': `"${etag}"` }
  const version = versionId === undefined ? {} : { query: { versionId } }
  const operation = {
    verb: 'read',
    method: 'GET',
    key,
    headers: { ...ranged, ...guarded, ...client.settings.objectHeaders },
    ...version,
  } as const
  const body = await client.send(operation, signal).catch((error: unknown) => {
    if (start > 0 && isUnsatisfiable(error)) return undefined
    throw error
  })
  if (body === undefined) return consume(Readable.from([]))
  if (start > 0 && body.statusCode !== 206) {
    body.destroy()
    throw new DvError('store-refused', `cannot read ${client.settings.label}/${key} from byte ${start} on: the server knows no ranges`)
  }
  try {
    const result = await consume(body)
    if (body.errored) throw body.errored // cut short, and the consumer did not notice
    if (body.complete) body.resume()
    else body.destroy()
    return result
  } catch (error) {
    const broke = body.errored
    body.destroy()
    throw client.explain(broke ?? error, operation, signal)
  }
}

/** 416: there is nothing from that byte on, so it was the end. */
const isUnsatisfiable = (error: unknown): boolean =>
  error instanceof DvError && error.cause instanceof Error && error.cause.message.startsWith('HTTP 416')
