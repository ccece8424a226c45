/** Reads a file of the workspace once: its id is known afterwards, and what is to become the object is at hand. */
import { chmodSync, closeSync, constants, fchmodSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { cloneFile, linkRefusals } from '../store/clone-file.ts'
import { fileError } from '../store/file-errors.ts'
import type { ObjectFolder } from '../store/object-folder.ts'
import { objectMode, smallObjectBytes } from '../store/whole-file.ts'
import { createContentHash } from './content-hash.ts'
import { flushEvery, openEarlyFlush } from './early-flush.ts'
import { writeAll } from './link.ts'
import { type Pulse, readPieces, readSmall, readStable, type StableFile, type StableRead } from './read-stable.ts'

export interface Content {
  readonly id: ObjectId
  /** the future object, already written */
  readonly temporary?: string
  /** all bytes of a small file; valid until the next read */
  readonly bytes?: Uint8Array
}

export interface ContentReader {
  /** `hardlink`: nothing is written. */
  read(file: StableFile, by: 'copy' | 'reflink' | 'hardlink'): StableRead<Content>
  /** False when an object of that id is there already. */
  place(content: Content): boolean
  /** Waits until the disk has been told of all large files. @throws DvError 'disk-full', 'store-unavailable' */
  finish(): Promise<void>
}

export function openContentReader(objects: ObjectFolder, pulse: Pulse): ContentReader {
  let clones = true
  const early = openEarlyFlush()

  const idOf = (bytes: Uint8Array): ObjectId => {
    pulse(bytes.length)
    const hash = createContentHash(objects.hash)
    hash.update(bytes)
    return hash.digest() as ObjectId
  }

  const hashDescriptor = (descriptor: number, size: number): ObjectId => {
    if (size <= smallObjectBytes) return idOf(readSmall(descriptor, size))
    const hash = createContentHash(objects.hash)
    readPieces(descriptor, { pulse, take: piece => hash.update(piece) })
    return hash.digest() as ObjectId
  }

  const copyPieces = (descriptor: number): Content => {
    const hash = createContentHash(objects.hash)
    let unsent = 0
    const temporary = writeTemporary(objects, (target, path) =>
      readPieces(descriptor, {
        pulse,
        take: piece => {
          hash.update(piece)
          writeAll(target, piece)
          unsent += piece.length
          if (unsent < flushEvery) return
          unsent = 0
          early.begin(path)
        },
      }),
    )
    return { id: hash.digest() as ObjectId, temporary }
  }

  /** The clone is hashed, not the file: nobody else can change it. */
  const hashClone = (temporary: string, size: number): Content => {
    const descriptor = openSync(temporary, constants.O_RDONLY)
    try {
      return { id: hashDescriptor(descriptor, size), temporary }
    } catch (error) {
      remove(temporary)
      throw error
    } finally {
      closeSync(descriptor)
    }
  }

  /** Undefined, and not tried again, where the file system does not share blocks. */
  const clone = (path: string): string | undefined => {
    const temporary = objects.temporaryPath()
    try {
      cloneFile(path, temporary)
    } catch (error) {
      if (!isSystemError(error, ...linkRefusals)) throw error
      clones = false
      return undefined
    }
    chmodSync(temporary, objectMode)
    return temporary
  }

  return {
    read: (file, by) =>
      readStable(
        file,
        (descriptor, size): Content => {
          const cloned = by === 'reflink' && clones ? clone(file.path) : undefined
          if (cloned !== undefined) return hashClone(cloned, size)
          if (by === 'hardlink') {
            // What the user has just made may not be on the disk yet, and is to be before the pointer names it.
            if (size >= flushEvery) early.begin(file.path)
            return { id: hashDescriptor(descriptor, size) }
          }
          if (size > smallObjectBytes) return copyPieces(descriptor)
          const bytes = readSmall(descriptor, size)
          return { id: idOf(bytes), bytes }
        },
        ({ temporary }) => temporary !== undefined && remove(temporary),
      ),
    place: ({ id, temporary, bytes }) => {
      let path = temporary
      try {
        if (path === undefined && bytes !== undefined) {
          if (lstatSync(objects.pathOf(id), { throwIfNoEntry: false }) !== undefined) return false
          path = writeTemporary(objects, target => writeAll(target, bytes))
          if (renameInto(path, objects.pathOf(id))) return true
        }
        return path !== undefined && objects.place(path, id)
      } catch (error) {
        if (path !== undefined) remove(path)
        throw fileError(error, `write object ${id} in ${objects.folder}`, objects.folder)
      }
    },
    finish: early.finish,
  }
}

/** Without looking again whether an object is there. False when its folder is not. */
function renameInto(path: string, object: string): boolean {
  try {
    renameSync(path, object)
    return true
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
    return false
  }
}

/** A umask like 077 would take bits that DVC wants to see. Asked once: for each file it would be a system call. */
const umaskHidesMode = (process.umask() & objectMode) !== 0

function writeTemporary(objects: ObjectFolder, write: (descriptor: number, path: string) => void): string {
  const temporary = objects.temporaryPath()
  const target = openSync(temporary, 'wx', objectMode)
  try {
    write(target, temporary)
    if (umaskHidesMode) fchmodSync(target, objectMode)
  } catch (error) {
    remove(temporary)
    throw error
  } finally {
    closeSync(target)
  }
  return temporary
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}
