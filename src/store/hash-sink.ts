/** Where the bytes of a large object go: hashed, and written to a file if there is one. */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { hashesInThreads, openHashJob } from './hash-thread.ts'
import { openIdCheck } from './id-check.ts'

export interface HashSink {
  /** @throws what writing failed with, also of bytes taken before */
  take(chunk: Uint8Array): Promise<void>
  /** Whether all that was taken is the object, once it is written. @throws what writing failed with */
  matches(): Promise<boolean>
  /** To be awaited before `file` is closed, whatever happened. */
  settle(): Promise<void>
}

/** The same for bytes of which nobody knows yet what they are. */
export interface Md5Sink extends Pick<HashSink, 'take' | 'settle'> {
  /** The md5 of all that was taken, in hex digits, once it is written. @throws what writing failed with */
  digest(): Promise<string>
}

/** In a thread where there are several cores, except for the objects of DVC 2, whose hash is no plain md5. */
export function openHashSink({ id, hash }: { readonly id: ObjectId; readonly hash: HashKind }, file: FileHandle | undefined): HashSink {
  if (hash === 'md5-dos2unix' && !isTreeId(id)) {
    const check = openIdCheck(id, hash)
    const sink = sinkHere(check.update, file)
    return { take: sink.take, matches: () => sink.written().then(check.matches), settle: sink.settle }
  }
  const sink = openMd5Sink(file)
  return { take: sink.take, matches: async () => (await sink.digest()) === id.slice(0, 32), settle: sink.settle }
}

export function openMd5Sink(file: FileHandle | undefined): Md5Sink {
  if (hashesInThreads) return openHashJob(file?.fd)
  const md5 = createHash('md5')
  const sink = sinkHere(chunk => void md5.update(chunk), file)
  return { take: sink.take, digest: () => sink.written().then(() => md5.digest('hex')), settle: sink.settle }
}

/** Bytes that are written at a time while the next ones are hashed. */
const blockBytes = 1 << 20

interface SinkHere extends Pick<HashSink, 'take' | 'settle'> {
  written(): Promise<void>
}

function sinkHere(update: (chunk: Uint8Array) => void, file: FileHandle | undefined): SinkHere {
  let writing: Promise<void> = Promise.resolve()
  let block: Uint8Array[] = []
  let blockSize = 0
  return {
    take: async chunk => {
      update(chunk)
      if (file === undefined) return
      block.push(chunk)
      blockSize += chunk.length
      if (blockSize < blockBytes) return
      await writing
      writing = writeAll(file, block)
      writing.catch(() => undefined) // the next call throws it; before that it is no unhandled one
      block = []
      blockSize = 0
    },
    written: async () => {
      await writing
      if (file !== undefined) await writeAll(file, block)
    },
    settle: () => writing.catch(() => undefined), // thrown already
  }
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return
  const { bytesWritten } = await file.writev(chunks)
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (bytesWritten < size) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}
