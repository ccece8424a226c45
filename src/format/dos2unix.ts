/** The hash of DVC 2: md5 of a file whose CRLF are turned into LF if it looks like text (dvc_data/hashfile/hash.py, `dos2unix`). */
import { createHash } from 'node:crypto'

/**
 * `dvc2` decides by the first chunk whether a file is text; `dvc3` decides again for each chunk, and so hashes some files above
 * 1 MiB differently. Both are in use, hence data of DVC 2 is whole when either fits. `update` takes pieces of any length.
 */
export function createDos2UnixHash(variant: 'dvc2' | 'dvc3'): { update(chunk: Uint8Array): void; digest(): string } {
  const hash = createHash('md5')
  let chunk = Buffer.alloc(0)
  let filled = 0
  let text: boolean | undefined
  const flush = (): void => {
    const bytes = chunk.subarray(0, filled)
    if (text === undefined || variant === 'dvc3') text = isText(bytes)
    hash.update(text ? withoutCarriageReturns(bytes) : bytes)
    filled = 0
  }
  return {
    update(piece) {
      for (let at = 0; at < piece.length; ) {
        const taken = Math.min(piece.length - at, chunkSize - filled)
        if (chunk.length < filled + taken) chunk = grown(chunk, filled + taken)
        chunk.set(piece.subarray(at, at + taken), filled)
        filled += taken
        at += taken
        if (filled === chunkSize) flush()
      }
    },
    digest() {
      if (filled > 0) flush()
      return hash.digest('hex')
    },
  }
}

/** Bytes. A CRLF that two chunks share stays as it is. */
const chunkSize = 1 << 20
/** Bytes at the start of a chunk that decide. */
const sampleSize = 512
/** A text has at most this share of bytes that are not of texts. */
const maxOddShare = 0.3

const oddBytes = new Uint8Array(256).map((_, byte) =>
  (byte >= 0x20 && byte <= 0x7e) || '\n\r\t\f\b'.includes(String.fromCharCode(byte)) ? 0 : 1,
)

function isText(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, sampleSize)
  if (sample.includes(0)) return false
  let odd = 0
  for (const byte of sample) odd += oddBytes[byte] ?? 0
  return odd / sample.length <= maxOddShare
}

/** Most objects are small, and two hashes of each are made. */
function grown(chunk: Buffer<ArrayBuffer>, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.min(chunkSize, Math.max(needed, 2 * chunk.length)))
  larger.set(chunk)
  return larger
}

const carriageReturn = 0x0d
const lineFeed = 0x0a

/** Works in place: the chunk is not read again. */
function withoutCarriageReturns(bytes: Buffer): Buffer {
  let read = bytes.indexOf('\r\n')
  if (read < 0) return bytes
  let write = read
  for (; read < bytes.length; read++) {
    const byte = bytes[read] ?? 0
    if (byte !== carriageReturn || bytes[read + 1] !== lineFeed) bytes[write++] = byte
  }
  return bytes.subarray(0, write)
}
