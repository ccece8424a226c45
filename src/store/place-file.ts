/** Puts a file of the user's in place: under a temporary name beside it until it is whole. */
import { chmodSync, closeSync, constants, copyFileSync, openSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { throwIfAborted } from '../base/pool.ts'
import { openUnfinishedNames } from '../base/unfinished-name.ts'
import { fileError } from './file-errors.ts'
import { openHashSink } from './hash-sink.ts'
import { isObject } from './id-check.ts'
import { readHead } from './read-head.ts'
import { smallObjectBytes } from './whole-file.ts'

export interface FilePlace {
  /** absolute; its folder is there */
  readonly path: string
  readonly executable: boolean
}

/** What the umask leaves of it is the file's mode. */
const modeOf = ({ executable }: FilePlace): number => (executable ? 0o777 : 0o666)

/** Hashes while it writes. @returns bytes. @throws DvError 'object-corrupt', 'disk-full', 'access-denied', 'interrupted' */
export async function placeObject(
  place: FilePlace,
  { id, hash, body }: { readonly id: ObjectId; readonly hash: HashKind; readonly body: Readable },
  signal: AbortSignal,
): Promise<number> {
  const corrupt = (): DvError => new DvError('object-corrupt', `what arrived as object ${id} has another hash`)
  const head = await readHead(body, smallObjectBytes)
  throwIfAborted(signal)
  if (head.ended) {
    const bytes = Buffer.concat(head.chunks)
    if (!isObject(bytes, id, hash)) throw corrupt()
    placeBytes(place, bytes)
    return bytes.length
  }
  return await placing(place, async temporary => {
    const file = await open(temporary, 'wx', modeOf(place))
    let size = 0
    try {
      const sink = openHashSink({ id, hash }, file)
      const take = (chunk: Uint8Array): Promise<void> => {
        throwIfAborted(signal)
        size += chunk.length
        return sink.take(chunk)
      }
      try {
        for (const chunk of head.chunks) await take(chunk)
        for await (const chunk of body as AsyncIterable<Uint8Array>) await take(chunk)
        if (!(await sink.matches())) throw corrupt()
      } finally {
        await sink.settle()
      }
    } finally {
      await file.close()
    }
    return size
  }).finally(() => body.destroy())
}

/** @throws DvError 'disk-full', 'access-denied' */
export function placeBytes(place: FilePlace, bytes: Uint8Array): void {
  const temporary = temporaryBeside(place.path)
  try {
    writeFileSync(temporary, bytes, { flag: 'wx', mode: modeOf(place) })
    renameSync(temporary, place.path)
  } catch (error) {
    throw cleanedUp(temporary, place, error)
  }
}

/** By reflink where the file system can. @returns bytes. @throws DvError 'disk-full', 'access-denied' */
export function placeCopy(place: FilePlace, from: string): number {
  const temporary = temporaryBeside(place.path)
  try {
    // The copy takes the mode of its source, which may be read-only: the one that the umask leaves is had from a file of our own.
    closeSync(openSync(temporary, 'wx', modeOf(place)))
    const { mode } = statSync(temporary)
    copyFileSync(from, temporary, constants.COPYFILE_FICLONE)
    chmodSync(temporary, mode & 0o777)
    renameSync(temporary, place.path)
    return statSync(place.path).size
  } catch (error) {
    throw cleanedUp(temporary, place, error)
  }
}

async function placing(place: FilePlace, write: (temporary: string) => Promise<number>): Promise<number> {
  const temporary = temporaryBeside(place.path)
  try {
    const size = await write(temporary)
    renameSync(temporary, place.path)
    return size
  } catch (error) {
    throw cleanedUp(temporary, place, error)
  }
}

const nextName = openUnfinishedNames()
const temporaryBeside = (path: string): string => `${dirname(path)}/${nextName()}`

function cleanedUp(temporary: string, place: FilePlace, error: unknown): unknown {
  try {
    unlinkSync(temporary)
  } catch {
    // Mostly because it was never made. The first error is the one to tell.
  }
  return error instanceof DvError ? error : fileError(error, `write ${place.path}`, place.path)
}
