/** The door through which objects enter a folder: under a temporary name until they are whole and their hash is known. */
import { createHash } from 'node:crypto'
import { closeSync, fchmodSync, fstatSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { DvError, isSystemError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { fileError } from './file-errors.ts'
import { type HashSink, type Md5Sink, openHashSink, openMd5Sink } from './hash-sink.ts'
import { isObject } from './id-check.ts'
import type { ObjectFolder } from './object-folder.ts'
import { readHead } from './read-head.ts'

/** Bytes. Up to here an object travels as one buffer: a read stream costs 0.12 ms, a synchronous read 0.02 ms. */
export const smallObjectBytes = 1 << 20
/** What DVC gives to objects (dvc_objects/fs/local.py, CACHE_MODE): it trusts those of this mode and hashes all others. */
export const objectMode = 0o444

/** @returns false when the object was there already. @throws DvError 'object-corrupt', 'disk-full', 'access-denied' */
export function writeWhole(place: ObjectFolder, id: ObjectId, bytes: Uint8Array): boolean {
  if (!isObject(bytes, id, place.hash)) throw corrupt(id)
  let temporary: string | undefined
  try {
    temporary = place.temporaryPath()
    const descriptor = openSync(temporary, 'wx', objectMode)
    try {
      writeFileSync(descriptor, bytes)
      if ((fstatSync(descriptor).mode & 0o7777) !== objectMode) fchmodSync(descriptor, objectMode) // the umask took bits
    } finally {
      closeSync(descriptor)
    }
    return place.place(temporary, id)
  } catch (error) {
    if (temporary !== undefined) unlinkIfThere(temporary)
    throw cannotWrite(error, id, place)
  }
}

export interface Received {
  readonly id: ObjectId
  readonly bytes: number
  /** it was not there before */
  readonly isNew: boolean
}

/**
 * Hashes while writing. Without an id the bytes are a new object, which the md5 names.
 * @throws DvError 'object-corrupt', 'disk-full', 'access-denied', 'interrupted', and what `body` fails with
 */
export async function receiveWhole(
  place: ObjectFolder,
  { id, body }: { readonly id?: ObjectId; readonly body: Readable },
  signal: AbortSignal,
): Promise<Received> {
  throwIfAborted(signal)
  const name = nameOf(id)
  const stop = (): void => void body.destroy(new DvError('interrupted', `${name} was being received`))
  signal.addEventListener('abort', stop)
  try {
    const head = await readHead(body, smallObjectBytes)
    if (!head.ended) return await streamWhole(place, { id, head: head.chunks, body })
    const bytes = head.chunks.length === 1 && head.chunks[0] ? head.chunks[0] : Buffer.concat(head.chunks)
    const made = id ?? (createHash('md5').update(bytes).digest('hex') as ObjectId)
    return { id: made, bytes: bytes.length, isNew: writeWhole(place, made, bytes) }
  } catch (error) {
    throwIfAborted(signal)
    if (isSystemError(error, 'ERR_STREAM_PREMATURE_CLOSE'))
      throw new DvError('store-unavailable', `${name} ended before its end`, { cause: error })
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function streamWhole(
  place: ObjectFolder,
  { id, head, body }: { readonly id: ObjectId | undefined; readonly head: readonly Uint8Array[]; readonly body: Readable },
): Promise<Received> {
  const orTold = async <T>(work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw cannotWrite(error, id, place)
    }
  }
  let temporary: string | undefined
  let made = id
  try {
    const path = await orTold(() => place.temporaryPath())
    temporary = path
    const file = await orTold(() => open(path, 'wx', objectMode))
    let bytes = 0
    try {
      const sink = id === undefined ? openMd5Sink(file) : openHashSink({ id, hash: place.hash }, file)
      const take = (chunk: Uint8Array): Promise<void> => {
        bytes += chunk.length
        return orTold(() => sink.take(chunk))
      }
      try {
        for (const chunk of head) await take(chunk)
        for await (const chunk of body as AsyncIterable<Uint8Array>) await take(chunk)
        made = await orTold(() => idIn(sink, id))
      } finally {
        await sink.settle()
      }
      await orTold(async () => ((await file.stat()).mode & 0o7777) === objectMode || file.chmod(objectMode))
    } finally {
      await orTold(() => file.close()) // where NFS reports a full disk
    }
    const placed = made
    return { id: placed, bytes, isNew: await orTold(() => place.place(path, placed)) }
  } catch (error) {
    body.destroy()
    if (temporary !== undefined) unlinkIfThere(temporary)
    throw error
  }
}

/** @throws DvError 'object-corrupt' when the bytes are not those of `id` */
async function idIn(sink: HashSink | Md5Sink, id: ObjectId | undefined): Promise<ObjectId> {
  if ('digest' in sink) return (await sink.digest()) as ObjectId
  if (id === undefined || !(await sink.matches())) throw corrupt(id)
  return id
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never made, or cannot be removed now: the sweep of temporary files takes what stays. The first error is the one to tell.
  }
}

const nameOf = (id: ObjectId | undefined): string => (id === undefined ? 'a new object' : `object ${id}`)

const corrupt = (id: ObjectId | undefined): DvError => new DvError('object-corrupt', `what arrived as ${nameOf(id)} has another hash`)

const cannotWrite = (error: unknown, id: ObjectId | undefined, place: ObjectFolder): unknown =>
  fileError(error, `write ${nameOf(id)} in ${place.folder}`, place.folder)
