/** Files that only save time: written by temp and rename, read whole or not at all. Losing one is never an error. */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSystemError } from '../base/error.ts'

/*
 * 8 bytes of the caller's that name the format and its version, 4 bytes of this machine's byte order, 20 bytes sha1 of the rest
 * (1.6 GB/s; md5 has 0.64), then the rest.
 */
const nameBytes = 8
const headBytes = 32
const byteOrder = new Uint8Array(new Uint32Array([0x01020304]).buffer)

/** The body, or undefined when there is none that can be used: absent, torn, of another format or machine, not ours to read. */
export function readKept(file: string, format: string): Buffer | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO', 'ESTALE')) return undefined
    throw error
  }
  const body = bytes.subarray(headBytes)
  return bytes.length >= headBytes && headOf(format, [body]).equals(bytes.subarray(0, headBytes)) ? body : undefined
}

/** False where it may not or cannot be written. Not synced: a torn file is found out by its checksum. */
export function writeKept(file: string, format: string, parts: readonly Uint8Array[]): boolean {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true })
    const descriptor = openSync(temporary, 'wx')
    try {
      for (const part of [headOf(format, parts), ...parts]) {
        for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at)
      }
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
    return true
  } catch (error) {
    unlinkIfMade(temporary)
    if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT')) return false
    throw error
  }
}

function unlinkIfMade(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Mostly because it was never made. The failure to write is what counts.
  }
}

function headOf(format: string, parts: readonly Uint8Array[]): Buffer {
  const sum = createHash('sha1')
  for (const part of parts) sum.update(part)
  return Buffer.concat([Buffer.from(format.padEnd(nameBytes), 'latin1'), byteOrder, sum.digest()])
}
