/** The requests of an upload in parts. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { DvError } from '../../base/error.ts'
import type { S3Client } from './client.ts'
import type { UploadCalls } from './multipart.ts'
import { encodeEntities, textOfTag } from './xml.ts'

/** What the server says of what it has written. */
export interface WrittenKey {
  /** without quotes; for one that was sent in one piece, and is not encrypted, its md5 */
  readonly etag: string
  /** undefined where the bucket keeps no versions */
  readonly versionId: string | undefined
}

export function uploadCallsOf(client: S3Client, key: string): UploadCalls<WrittenKey> {
  const { label, writeHeaders, objectHeaders } = client.settings
  const about = { verb: 'write', key }
  return {
    start: async signal => {
      const { text } = await client.call(
        { ...about, method: 'POST', query: { uploads: '' }, headers: { ...writeHeaders, ...objectHeaders } },
        signal,
      )
      const uploadId = textOfTag(text, 'UploadId')
      if (uploadId === undefined) throw new DvError('store-refused', `cannot write ${label}/${key}: the server names no upload`)
      return uploadId
    },
    send: async ({ uploadId, number, bytes }, signal) => {
      // Where the payload is signed, its sha256 guards it already.
      const guard = client.secure ? { 'content-md5': createHash('md5').update(bytes).digest('base64') } : {}
      const query = { partNumber: String(number), uploadId }
      const { head } = await client.call({ ...about, method: 'PUT', query, headers: { ...guard, ...objectHeaders }, body: bytes }, signal)
      return String(head.headers.etag ?? '')
    },
    join: async (uploadId, etags, signal) => {
      const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${encodeEntities(etag)}</ETag></Part>`).join('')
      const body = Buffer.from(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts}</CompleteMultipartUpload>`,
      )
      const { head, text } = await client.call({ ...about, method: 'POST', query: { uploadId }, headers: objectHeaders, body }, signal)
      // S3 sends 200 at once and spaces to keep the connection, so a failure can come in the body.
      const code = textOfTag(text, 'Code')
      if (code !== undefined) throw new DvError('store-unavailable', `cannot write ${label}/${key}: ${code} when its parts were joined`)
      return { etag: bareEtag(textOfTag(text, 'ETag') ?? ''), versionId: versionIdOf(head) }
    },
    abandon: async (uploadId, signal) => {
      await client.call({ ...about, method: 'DELETE', query: { uploadId } }, signal)
    },
  }
}

export const writtenOf = (head: IncomingMessage): WrittenKey => ({ etag: bareEtag(head.headers.etag ?? ''), versionId: versionIdOf(head) })

/** `null` is what a bucket without versions, or with versions suspended, calls the one it has. */
function versionIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-amz-version-id']
  return typeof id === 'string' && id !== 'null' ? id : undefined
}

export const bareEtag = (etag: string): string => etag.replace(/^(?:W\/)?"|"$/g, '')
