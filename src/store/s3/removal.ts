/** Removing objects, up to 1,000 in a request. */
import { createHash } from 'node:crypto'
import { DvError } from '../../base/error.ts'
import { pool } from '../../base/pool.ts'
import type { S3Client } from './client.ts'
import { encodeEntities, textOfTag } from './xml.ts'

/** S3's most. */
const keysPerRequest = 1_000

/** @param keys behind the prefix. What is not there is no error. */
export async function removeKeys(client: S3Client, keys: readonly string[], signal: AbortSignal): Promise<void> {
  const batches = Array.from({ length: Math.ceil(keys.length / keysPerRequest) }, (_, at) =>
    keys.slice(at * keysPerRequest, (at + 1) * keysPerRequest),
  )
  await pool(batches, { limit: client.settings.concurrency, signal }, async batch => removeBatch(client, batch, signal))
}

async function removeBatch(client: S3Client, keys: readonly string[], signal: AbortSignal): Promise<void> {
  const { label, prefix } = client.settings
  const objects = keys.map(key => `<Object><Key>${encodeEntities(prefix + key)}</Key></Object>`).join('')
  const body = Buffer.from(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`)
  const md5 = createHash('md5').update(body).digest('base64')
  const { text } = await client.call(
    { verb: 'remove from', method: 'POST', query: { delete: '' }, headers: { 'content-md5': md5 }, body },
    signal,
  )
  const error = textOfTag(text, 'Error')
  if (error === undefined) return
  const [key, code] = [textOfTag(error, 'Key'), textOfTag(error, 'Code') ?? 'no reason given']
  const message = `cannot remove ${label}/${key?.slice(prefix.length) ?? ''}: ${code}`
  throw new DvError(code === 'AccessDenied' ? 'access-denied' : retriableCodes.has(code) ? 'store-unavailable' : 'store-refused', message)
}

const retriableCodes = new Set(['InternalError', 'SlowDown', 'ServiceUnavailable'])
