/** Sets the disk to work on a large file while the next bytes of it are hashed. */
import { closeSync, fdatasync, openSync } from 'node:fs'
import { fileError } from '../store/file-errors.ts'

export interface EarlyFlush {
  /** Returns at once; another thread of Node's pool syncs what has been written to `path` so far. */
  begin(path: string): void
  /** Waits for all. @throws DvError 'disk-full', 'store-unavailable': the kernel tells of bytes it could not write only once, so nobody else may hear of it */
  finish(): Promise<void>
}

/**
 * Bytes after which to begin. The sync at the end then takes 0.03 s instead of 0.7 for 2 GiB, and the writing no longer than
 * without (ext4, measured; the same with 16 and 256 MiB).
 */
export const flushEvery = 64 << 20

export function openEarlyFlush(): EarlyFlush {
  const running: Promise<void>[] = []
  return {
    begin: path => {
      // A descriptor of its own: the writer's may be closed, and its number given to another file, before the pool gets to it.
      const descriptor = openSync(path, 'r')
      const flushed = new Promise<void>((resolve, reject) => {
        fdatasync(descriptor, error => {
          closeSync(descriptor)
          if (error) reject(fileError(error, `write ${path}`, path))
          else resolve()
        })
      })
      flushed.catch(() => undefined) // finish() throws it
      running.push(flushed)
    },
    finish: async () => {
      for (const flushed of running.splice(0)) await flushed
    },
  }
}
