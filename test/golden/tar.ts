/** Unpacks a `.tar.gz`, so that the tests need neither tar nor a package. POSIX ustar with pax headers (IEEE 1003.1, pax) and GNU's long names. */
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export function unpackTar(archive: string, folder: string): void {
  const bytes = gunzipSync(readFileSync(archive))
  let long: { path?: string | undefined; linkpath?: string | undefined } = {}
  for (let at = 0; at + blockSize <= bytes.length && bytes[at] !== 0; ) {
    const field = (start: number, length: number): string => textOf(bytes.subarray(at + start, at + start + length))
    const size = Number.parseInt(field(124, 12), 8)
    const body = bytes.subarray(at + blockSize, at + blockSize + size)
    const type = field(156, 1)
    const prefix = field(345, 155)
    const path = join(folder, long.path ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`))
    const mode = Number.parseInt(field(100, 8), 8)
    const target = long.linkpath ?? field(157, 100)
    at += blockSize + Math.ceil(size / blockSize) * blockSize
    if (type === 'x') long = readPax(body)
    else if (type === 'L') long = { ...long, path: textOf(body) }
    else if (type === 'K') long = { ...long, linkpath: textOf(body) }
    else {
      mkdirSync(type === '5' ? path : dirname(path), { recursive: true })
      if (type === '' || type === '0') writeFileSync(path, body, { mode })
      else if (type === '1') linkSync(join(folder, target), path)
      else if (type === '2') symlinkSync(target, path)
      else if (type !== '5' && type !== 'g') throw new Error(`${archive}: ${path} is of type ${type}, which this reader does not know`)
      long = {}
    }
  }
}

/** Bytes. */
const blockSize = 512

const textOf = (field: Uint8Array): string => Buffer.from(field).toString('utf8').replace(/\0.*$/s, '')

/** Records `length key=value\n`; the length counts bytes. */
function readPax(body: Buffer): Record<string, string> {
  const values: Record<string, string> = {}
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(' ', at)
    const length = Number(body.toString('utf8', at, space))
    if (!(length > 0)) break
    const [, key, value] = /^([^=]*)=(.*)\n$/s.exec(body.toString('utf8', space + 1, at + length)) ?? []
    if (key !== undefined && value !== undefined) values[key] = value
    at += length
  }
  return values
}
