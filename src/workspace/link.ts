/** Puts an object into the workspace without moving its bytes, where the file system can. */
import { chmodSync, closeSync, fchmodSync, linkSync, openSync, readSync, symlinkSync, unlinkSync, writeSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import { cloneFile, linkRefusals } from '../store/clone-file.ts'
import type { Pulse } from './read-stable.ts'

export type LinkKind = 'reflink' | 'hardlink' | 'symlink' | 'copy'

/** Makes `to`, which must not be there (EEXIST), with the content of the file `from`. Says how. */
export type Linker = (from: string, to: string) => LinkKind

/**
 * Tries `kinds` in order, then a copy. A kind that fails before it has ever worked is not tried again, so one linker is for one
 * pair of file systems; later a kind may fail for one file only (EMLINK: a file has as many names as it can have).
 */
export function openLinker(kinds: readonly LinkKind[], pulse?: Pulse): Linker {
  const candidates = new Set<LinkKind>(kinds)
  candidates.add('copy')
  const worked = new Set<LinkKind>()
  return (from, to) => {
    for (const kind of candidates) {
      try {
        if (kind === 'copy') copyFile(from, to, { pulse })
        else linkBy[kind](from, to)
        worked.add(kind)
        return kind
      } catch (error) {
        if (kind === 'copy' || !isSystemError(error, ...linkRefusals)) throw error
        if (!worked.has(kind) && error.code !== 'EMLINK') candidates.delete(kind)
      }
    }
    throw new Error('a copy either works or throws')
  }
}

/** Each kind by itself; all fail with EEXIST when `to` is there. A hardlink and a symlink are there as a whole or not at all. */
export const linkBy: Readonly<Record<Exclude<LinkKind, 'copy'>, (from: string, to: string) => void>> = {
  reflink: (from, to) => {
    cloneFile(from, to)
    chmodSync(to, plainMode())
  },
  hardlink: (from, to) => linkSync(from, to),
  symlink: (from, to) => symlinkSync(from, to),
}

export interface CopyOptions {
  readonly executable?: boolean | undefined
  readonly pulse?: Pulse | undefined
}

/** Bytes; the size at which a copy with larger buffers gets no faster here. */
const pieceBytes = 1 << 20
let buffer: Buffer | undefined

/**
 * By hand: 7,000 files of 10 KB a second on ext4, where copyFile does 5,000 and would take the object's mode along (measured).
 * Mode 0666 less the umask; `executable`: and x for the owner.
 */
export function copyFile(from: string, to: string, { executable = false, pulse }: CopyOptions = {}): void {
  buffer ??= Buffer.allocUnsafeSlow(pieceBytes)
  const source = openSync(from, 'r')
  try {
    const target = openSync(to, 'wx', 0o666)
    try {
      for (let at = 0; ; ) {
        const count = readSync(source, buffer, 0, pieceBytes, at)
        if (count === 0) break
        writeAll(target, buffer.subarray(0, count))
        at += count
        pulse?.(count)
      }
      if (executable) fchmodSync(target, plainMode() | 0o100)
    } catch (error) {
      removeIfThere(to)
      throw error
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}

export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

/** The mode of a file made by hand. */
export const plainMode = (): number => 0o666 & ~process.umask()

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}
