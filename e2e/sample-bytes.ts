/** Bytes that look random and are the same at every run: AES in counter mode over zeros, keyed by `seed`. 1 GiB takes about a second. */
import { createCipheriv, createHash } from 'node:crypto'

export function sampleBytes(seed: string, length: number): Buffer {
  return sampleStream(seed)(length)
}

/** The same bytes piece by piece, for files that do not fit in memory. */
export function sampleStream(seed: string): (length: number) => Buffer {
  const cipher = createCipheriv('aes-128-ctr', createHash('md5').update(seed).digest(), Buffer.alloc(16))
  return length => cipher.update(Buffer.alloc(length))
}
