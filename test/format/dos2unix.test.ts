import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { createDos2UnixHash } from '../../src/format/dos2unix.ts'

const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')
const hashOf = (variant: 'dvc2' | 'dvc3', bytes: Uint8Array, step: number): string => {
  const hash = createDos2UnixHash(variant)
  for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step))
  return hash.digest()
}
const chunk = 1 << 20
const join = (...parts: (Buffer | string)[]): Buffer => Buffer.concat(parts.map(part => Buffer.from(part)))

// Each was hashed by DVC 3.67.1 too, which agrees with the dvc3 variant.
test.each([
  ['an empty file', '', ''],
  ['text', 'a\r\nb\r\n', 'a\nb\n'],
  ['carriage returns alone', 'a\rb\r', 'a\rb\r'],
  ['two before one line feed', 'a\r\r\nb', 'a\r\nb'],
  ['a NUL byte: binary', 'a\0\r\n', 'a\0\r\n'],
  [
    '153 odd bytes of 512: text',
    join(Buffer.alloc(153, 0x80), 'a'.repeat(357), '\r\n'),
    join(Buffer.alloc(153, 0x80), 'a'.repeat(357), '\n'),
  ],
  [
    '154 odd bytes of 512: binary',
    join(Buffer.alloc(154, 0x80), 'a'.repeat(356), '\r\n'),
    join(Buffer.alloc(154, 0x80), 'a'.repeat(356), '\r\n'),
  ],
  ['a CRLF in the middle of a chunk goes', join('a'.repeat(chunk / 2 - 1), '\r\nx'), join('a'.repeat(chunk / 2 - 1), '\nx')],
  ['a CRLF on the border of two chunks stays', join('a'.repeat(chunk - 1), '\r\nx\r\n'), join('a'.repeat(chunk - 1), '\r\nx\n')],
])('%s', (_, given, hashed) => {
  for (const step of [7919, chunk, 3 * chunk]) {
    expect(hashOf('dvc2', Buffer.from(given), step)).toBe(md5(hashed))
    expect(hashOf('dvc3', Buffer.from(given), step)).toBe(md5(hashed))
  }
})

test('DVC 3 decides again for each chunk', () => {
  const binaryLater = join('a'.repeat(chunk), '\0\r\n')
  expect(hashOf('dvc2', binaryLater, chunk)).toBe(md5(join('a'.repeat(chunk), '\0\n')))
  expect(hashOf('dvc3', binaryLater, chunk)).toBe(md5(binaryLater))
  const textLater = join('\0\r\n', 'a'.repeat(chunk - 3), 'x\r\n')
  expect(hashOf('dvc2', textLater, chunk)).toBe(md5(textLater))
  expect(hashOf('dvc3', textLater, chunk)).toBe(md5(join('\0\r\n', 'a'.repeat(chunk - 3), 'x\n')))
})
