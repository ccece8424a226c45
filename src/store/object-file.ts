/** The bytes of an object that lies in a file. */
import { closeSync, createReadStream, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { DvError, isSystemError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { fileError } from './file-errors.ts'
import type { ObjectFolder } from './object-folder.ts'
import type { ObjectSource, ReadOptions } from './object-store.ts'
import { smallObjectBytes } from './whole-file.ts'

/** Bytes a large file is read in. */
const chunkBytes = 1 << 20

/** @throws DvError 'object-missing', 'access-denied' */
export async function sourceOfObject(place: ObjectFolder, id: ObjectId): Promise<ObjectSource> {
  const path = place.pathOf(id)
  const orMissing = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw cannotRead(error, id, place)
    }
  }
  const { size } = orMissing(() => lstatSync(path))
  return { size, path, open: (start = 0) => orMissing(() => openFile(path, size, start)) }
}

/** What `read` of a store in a folder does. @throws DvError 'object-missing', 'access-denied', 'interrupted', and what `consume` throws */
export async function readObject<T>(
  place: ObjectFolder,
  id: ObjectId,
  { start, signal, consume }: ReadOptions & { readonly consume: (body: Readable) => Promise<T> },
): Promise<T> {
  throwIfAborted(signal)
  const body = (await sourceOfObject(place, id)).open(start)
  body.on('error', () => undefined) // the consumer is told; without a listener an error after it has gone would end the process
  const stop = (): void => void body.destroy(new DvError('interrupted', `object ${id} was being read`))
  signal.addEventListener('abort', stop)
  try {
    return await consume(body)
  } catch (error) {
    throwIfAborted(signal)
    throw error === body.errored ? cannotRead(error, id, place) : error
  } finally {
    signal.removeEventListener('abort', stop)
    body.destroy()
  }
}

function openFile(path: string, size: number, start: number): Readable {
  if (size - start > smallObjectBytes) return createReadStream(path, { start, highWaterMark: chunkBytes })
  return streamOf(readFrom(path, start))
}

/** One chunk; a read stream on the file would cost ten times as much. */
const streamOf = (bytes: Buffer): Readable =>
  new Readable({
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  })

function readFrom(path: string, start: number): Buffer {
  const descriptor = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, fstatSync(descriptor).size - start))
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(descriptor, bytes, filled, bytes.length - filled, start + filled)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  } finally {
    closeSync(descriptor)
  }
}

const cannotRead = (error: unknown, id: ObjectId, place: ObjectFolder): unknown =>
  isSystemError(error, 'ENOENT', 'ENOTDIR')
    ? new DvError('object-missing', `object ${id} is not in ${place.folder}`, { cause: error })
    : fileError(error, `read object ${id} in ${place.folder}`, place.folder)
