/** Large objects, in parts. Nothing is seen under the object's name until the last request has put them together. */
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { DvError } from '../../base/error.ts'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { pool } from '../../base/pool.ts'
import { type IdCheck, openIdCheck } from '../id-check.ts'
import type { ObjectSource } from '../object-store.ts'
import type { Gate } from './gate.ts'
import { otherSize } from './upload-body.ts'

/** Above this an object goes in parts: one lost connection costs 16 MiB then, not everything. Bytes. */
export const multipartThreshold = 64 * 1024 * 1024

/** Four parts of this size are in memory at a time. Bytes. */
const partSize = 16 * 1024 * 1024

/** For the whole store, however many objects are on their way: it bounds the memory, and measured on loopback more gained nothing. */
export const partsAtOnce = 4

/** S3's. Above 156 GiB parts grow instead. */
const mostParts = 10_000

/** ms for telling the server to drop the parts of an upload that failed, when nobody waits for the answer any more */
const abandonPatienceMs = 5_000

/** The four requests of an upload in parts, of one object. */
export interface UploadCalls<Written = void> {
  /** resolves with the upload's id */
  start(signal: AbortSignal): Promise<string>
  /** resolves with the part's etag */
  send(part: { readonly uploadId: string; readonly number: number; readonly bytes: Buffer }, signal: AbortSignal): Promise<string>
  join(uploadId: string, etags: readonly string[], signal: AbortSignal): Promise<Written>
  abandon(uploadId: string, signal: AbortSignal): Promise<void>
}

export interface LargeUpload {
  readonly id: ObjectId
  readonly hash: HashKind
  readonly source: ObjectSource
  /** shared by all uploads of a store */
  readonly gate: Gate
}

/** @throws DvError 'file-changed' when the parts are not the object, so that nothing is put together, and what the calls throw */
export async function uploadInParts<Written>(
  calls: UploadCalls<Written>,
  { id, hash, source, gate }: LargeUpload,
  signal: AbortSignal,
): Promise<Written> {
  const size = Math.max(partSize, Math.ceil(source.size / mostParts))
  const check = source.mayChange ? openIdCheck(id, hash) : undefined
  const reader = checked(await openPartReader(source, size), check)
  try {
    const uploadId = await calls.start(signal)
    const etags: string[] = []
    try {
      const numbers = Array.from({ length: Math.ceil(source.size / size) }, (_, at) => at + 1)
      await pool(numbers, { limit: partsAtOnce, signal }, () =>
        gate.enter(async () => {
          const { number, bytes } = await reader.next()
          etags[number - 1] = await calls.send({ uploadId, number, bytes }, signal)
        }),
      )
      // The server knows the hash of each part only.
      if (check && !check.matches()) throw new DvError('file-changed', `${source.path ?? 'an object'} was changed while it was sent`)
      return await calls.join(uploadId, etags, signal)
    } catch (error) {
      await abandon(calls, uploadId)
      throw error
    }
  } finally {
    await reader.close()
  }
}

async function abandon(calls: Pick<UploadCalls, 'abandon'>, uploadId: string): Promise<void> {
  try {
    await calls.abandon(uploadId, AbortSignal.timeout(abandonPatienceMs))
  } catch {
    // What made the upload fail is the news. Parts that stay are invisible, and a bucket's lifecycle rule removes them.
  }
}

interface PartReader {
  /** The next part; from a file several are read at a time. */
  next(): Promise<{ readonly number: number; readonly bytes: Buffer }>
  close(): Promise<void>
}

/** Hashes the parts in their order, whichever is read first. 16 MiB take 27 ms. */
function checked(reader: PartReader, check: IdCheck | undefined): PartReader {
  if (!check) return reader
  let before: Promise<unknown> = Promise.resolve()
  return {
    close: reader.close,
    next: () => {
      const part = reader.next()
      const hashed = Promise.all([part, before]).then(([{ bytes }]) => check.update(bytes))
      before = hashed
      return hashed.then(() => part)
    },
  }
}

async function openPartReader(source: ObjectSource, size: number): Promise<PartReader> {
  let number = 0
  if (source.path !== undefined) {
    const file = await open(source.path, 'r')
    return {
      next: () => {
        const start = size * number++
        return readPart({ file, source, start, length: Math.min(size, source.size - start), number })
      },
      close: () => file.close(),
    }
  }
  const stream = source.open()
  const parts = cut(stream, source, size)
  return {
    next: async () => {
      const { value } = await parts.next() // calls wait for one another
      if (value === undefined) throw otherSize(source, 0)
      return value
    },
    close: async () => void stream.destroy(),
  }
}

interface PartOfFile {
  readonly file: FileHandle
  readonly source: ObjectSource
  readonly start: number
  readonly length: number
  readonly number: number
}

async function readPart({ file, source, start, length, number }: PartOfFile): Promise<{ number: number; bytes: Buffer }> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled)
    if (bytesRead === 0) throw otherSize(source, start + filled)
    filled += bytesRead
  }
  return { number, bytes }
}

async function* cut(stream: Readable, source: ObjectSource, size: number): AsyncGenerator<{ number: number; bytes: Buffer }> {
  let part = Buffer.allocUnsafe(Math.min(size, source.size))
  let filled = 0
  let number = 1
  let left = source.size
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (chunk.length > left) throw otherSize(source, source.size + 1)
    left -= chunk.length
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, part.length - filled)
      part.set(chunk.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < part.length) continue
      yield { number: number++, bytes: part }
      part = Buffer.allocUnsafe(Math.min(size, source.size - (number - 1) * size))
      filled = 0
    }
  }
  if (left > 0) throw otherSize(source, source.size - left)
}
