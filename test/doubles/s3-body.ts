/** The body of an upload: unwraps `aws-chunked`, and checks every checksum that came with it. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { S3Refusal } from './s3-answers.ts'

/** @throws S3Refusal BadDigest and the like, as S3 does */
export function decodeBody(headers: IncomingHttpHeaders, raw: Buffer): Buffer {
  const chunked = String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')
  const { body, trailers } = chunked ? unwrapChunks(raw) : { body: raw, trailers: new Map<string, string>() }
  const length = headers['x-amz-decoded-content-length']
  if (length !== undefined && Number(length) !== body.length) throw new S3Refusal(400, 'IncompleteBody', 'the decoded length is another')
  const md5 = headers['content-md5']
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5)
    throw new S3Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
  const crc = headers['x-amz-checksum-crc32'] ?? trailers.get('x-amz-checksum-crc32')
  if (crc !== undefined && crc !== crc32(body))
    throw new S3Refusal(400, 'BadDigest', 'The CRC32 you specified did not match what we received.')
  return body
}

/** `<size in hex>[;chunk-signature=…]\r\n<bytes>\r\n` … `0\r\n<trailer>:<value>\r\n\r\n` */
function unwrapChunks(raw: Buffer): { body: Buffer; trailers: Map<string, string> } {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', at)
    if (lineEnd < 0) throw new S3Refusal(400, 'IncompleteBody', 'a chunk has no end')
    const size = Number.parseInt(raw.toString('latin1', at, lineEnd), 16)
    at = lineEnd + 2
    if (size === 0) break
    chunks.push(raw.subarray(at, at + size))
    at += size + 2
  }
  const lines = raw.toString('latin1', at).split('\r\n')
  const pairs = lines
    .filter(line => line.includes(':'))
    .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const)
  return { body: Buffer.concat(chunks), trailers: new Map(pairs) }
}

/** CRC-32 (IEEE 802.3), in base64 of its four bytes, as S3 writes it. */
function crc32(bytes: Buffer): string {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  const four = Buffer.alloc(4)
  four.writeUInt32BE(~crc >>> 0)
  return four.toString('base64')
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  return crc >>> 0
})
