/** Reads a file so that what was read is what the stamp stands for. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { DvError, isSystemError } from '../base/error.ts'
import { sameStamp, stampOf } from '../base/file-stamp.ts'
import type { HashKind } from '../base/object-id.ts'
import { fileError } from '../store/file-errors.ts'
import { smallObjectBytes } from '../store/whole-file.ts'
import { type ContentHash, createContentHash } from './content-hash.ts'
import { readStamp, writeStamp } from './stamp-rows.ts'

export interface StableFile {
  readonly path: string
  /** the stamp the file is expected to have; becomes the one it was read with */
  readonly stamps: BigInt64Array
  readonly row: number
}

export interface StableRead<T> {
  readonly value: T
  /** of the file, after it was read */
  readonly stats: BigIntStats
  readonly isSymlink: boolean
}

/**
 * Calls `read`, and once more when the file has another stamp afterwards than it was expected to have; `discard` takes back what
 * the first call made.
 * @throws DvError 'file-changed' when it keeps changing, 'access-denied'
 */
export function readStable<T>(
  file: StableFile,
  read: (descriptor: number, size: number) => T,
  discard: (value: T) => void = () => undefined,
): StableRead<T> {
  for (let attempt = 1; ; attempt++) {
    const { descriptor, isSymlink } = openToRead(file.path)
    let value: T
    let stats: BigIntStats
    try {
      if (attempt > 1) writeStamp(file.stamps, file.row, fstatSync(descriptor, { bigint: true }))
      value = read(descriptor, Number(readStamp(file.stamps, file.row).size))
      stats = fstatSync(descriptor, { bigint: true })
    } catch (error) {
      throw fileError(error, `read ${file.path}`, file.path)
    } finally {
      closeSync(descriptor)
    }
    if (sameStamp(readStamp(file.stamps, file.row), stampOf(stats))) return { value, stats, isSymlink }
    discard(value)
    if (attempt === 2) {
      throw new DvError('file-changed', `${file.path} changed while it was being read`, { hint: 'try again when nothing writes to it' })
    }
  }
}

/** O_NONBLOCK: a named pipe that has taken the file's place must not hold us up. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const noFollow = constants.O_NOFOLLOW ?? 0

function openToRead(path: string): { descriptor: number; isSymlink: boolean } {
  try {
    return { descriptor: openSync(path, flags | noFollow), isSymlink: false }
  } catch (error) {
    if (!isSystemError(error, 'ELOOP', 'EMLINK')) throw whyNotOpened(error, path)
  }
  try {
    return { descriptor: openSync(path, flags), isSymlink: true }
  } catch (error) {
    throw whyNotOpened(error, path)
  }
}

const whyNotOpened = (error: unknown, path: string): unknown =>
  isSystemError(error, 'ENOENT', 'ENOTDIR')
    ? new DvError('file-changed', `${path} has gone while it was to be read`, {
        hint: 'try again when nothing removes files',
        cause: error,
      })
    : fileError(error, `read ${path}`, path)

/** One per thread. */
const buffer = Buffer.allocUnsafeSlow(smallObjectBytes)

/** The first `size` bytes, or all that there are: valid until the next read of this thread. */
export function readSmall(descriptor: number, size: number): Buffer {
  let filled = 0
  while (filled < size) {
    const count = readSync(descriptor, buffer, filled, size - filled, filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** Told of bytes that were dealt with, at the latest after each piece of 1 MiB. @throws DvError 'interrupted' when the work is to stop */
export type Pulse = (bytes: number) => void

/** @throws DvError 'interrupted', by `pulse` */
export function readPieces(
  descriptor: number,
  { pulse, take }: { readonly pulse: Pulse; readonly take: (piece: Uint8Array) => void },
): void {
  for (let at = 0; ; ) {
    const count = readSync(descriptor, buffer, 0, smallObjectBytes, at)
    if (count === 0) return
    take(buffer.subarray(0, count))
    pulse(count)
    at += count
  }
}

/** 32 hex digits. `accepts`: which of several ids of one content is wanted. */
export function hashFile(file: StableFile, { kind, pulse, accepts }: HashOptions): string {
  return readStable(file, (descriptor, size) => hashDescriptor(createContentHash(kind), { descriptor, size, pulse, accepts })).value
}

export interface HashOptions {
  readonly kind: HashKind
  readonly pulse: Pulse
  readonly accepts?: ((id: string) => boolean) | undefined
}

interface Opened extends Omit<HashOptions, 'kind'> {
  readonly descriptor: number
  readonly size: number
}

function hashDescriptor(hash: ContentHash, { descriptor, size, pulse, accepts }: Opened): string {
  if (size <= smallObjectBytes) {
    hash.update(readSmall(descriptor, size))
    pulse(size)
  } else readPieces(descriptor, { pulse, take: piece => hash.update(piece) })
  return hash.digest(accepts)
}
