/** The beginning of a stream, which for a small object is all of it. */
import type { Readable } from 'node:stream'
import { DvError } from '../base/error.ts'

export interface Head {
  readonly chunks: Uint8Array[]
  /** false: the stream is paused and has more */
  readonly ended: boolean
}

/**
 * Reads until the end, or until more than `limit` bytes have come. By events: `for await` over a stream costs as much as writing a
 * small file.
 */
export function readHead(body: Readable, limit: number): Promise<Head> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const finish = (ended: boolean): void => {
      body.off('data', onData).off('end', onEnd).off('close', onClose)
      resolve({ chunks, ended })
    }
    const onData = (chunk: Uint8Array): void => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= limit) return
      body.pause()
      finish(false)
    }
    const onEnd = (): void => finish(true)
    const onClose = (): void => reject(body.errored ?? new DvError('store-unavailable', 'the bytes ended before their end'))
    if (body.destroyed) return onClose()
    // The listener for errors stays: one that comes between here and the reading of the rest must not end the process.
    body.on('error', reject).on('data', onData).on('end', onEnd).on('close', onClose)
    return undefined
  })
}
