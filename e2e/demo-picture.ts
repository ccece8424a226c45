/** Small real pictures, so that the demo needs no files of anybody's. */
import { deflateSync } from 'node:zlib'

const side = 96

/** A PNG of 96 × 96 pixels in 8-bit RGB (W3C PNG, third edition): stripes and rings that depend on `seed`. */
export function picture(seed: number): Uint8Array {
  const rows = Buffer.alloc(side * (1 + side * 3))
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const at = y * (1 + side * 3) + 1 + x * 3
      const ring = Math.hypot(x - side / 2, y - side / 2)
      rows[at] = (x * (seed + 3)) % 256
      rows[at + 1] = (y * 5 + seed * 41) % 256
      rows[at + 2] = Math.round(ring * (seed + 2)) % 256
    }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** The CRC of PNG, bit by bit: a demo has time. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
