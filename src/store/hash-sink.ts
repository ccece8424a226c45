/** Where the bytes of a large object go: hashed, and written to a file if there is one. */
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

/** In a thread where there are several cores, except for the objects of DVC 2, whose hash is no plain md5. */
export function openHashSink({ id, hash }: { readonly id: ObjectId; readonly hash: HashKind }, file: FileHandle | undefined): HashSink {
  if (!hashesInThreads || (hash === 'md5-dos2unix' && !isTreeId(id))) return sinkHere({ id, hash }, file)
  const job = openHashJob(file?.fd)
  return { take: job.take, matches: async () => (await job.digest()) === id.slice(0, 32), settle: job.settle }
}

/** Bytes that are written at a time while the next ones are hashed. */
const blockBytes = 1 << 20

function sinkHere({ id, hash }: { readonly id: ObjectId; readonly hash: HashKind }, file: FileHandle | undefined): HashSink {
  const check = openIdCheck(id, hash)
  let writing: Promise<void> = Promise.resolve()
  let block: Uint8Array[] = []
  let blockSize = 0
  return {
    take: async chunk => {
      check.update(chunk)
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
    matches: async () => {
      await writing
      if (file !== undefined) await writeAll(file, block)
      return check.matches()
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
