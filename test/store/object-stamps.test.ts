import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { FileStamp } from '../../src/base/file-stamp.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import { openObjectStamps } from '../../src/store/object-stamps.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-stamps-'))
  file = join(folder, 'tmp/stamps')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const idAt = (at: number): ObjectId => `${createHash('md5').update(`${at}`).digest('hex')}${at % 7 === 0 ? '.dir' : ''}` as ObjectId
const stampAt = (at: number, change: Partial<FileStamp> = {}): FileStamp => ({
  size: BigInt(at) * 3n,
  mtimeNs: 1_795_251_600_123_456_789n + BigInt(at),
  ctimeNs: 1_795_251_600_999_999_999n + BigInt(at),
  inode: BigInt(at) + 2n ** 63n, // above what fits a signed number, as on some network file systems
  links: 1n,
  ...change,
})

test('each part of the stamp counts, the ctime only where both times there was one link', () => {
  const stamps = openObjectStamps(undefined)
  stamps.record(idAt(1), stampAt(1))
  expect(stamps.trusts(idAt(1), stampAt(1))).toBe(true)
  expect(stamps.trusts(idAt(2), stampAt(1))).toBe(false)
  for (const change of [{ size: 4n }, { mtimeNs: 1n }, { inode: 5n }, { ctimeNs: 1n }]) {
    expect([change, stamps.trusts(idAt(1), stampAt(1, change))]).toEqual([change, false])
  }
  expect(stamps.trusts(idAt(1), stampAt(1, { ctimeNs: 1n, links: 2n }))).toBe(true)
  stamps.record(idAt(1), stampAt(1, { links: 2n }))
  expect(stamps.trusts(idAt(1), stampAt(1, { ctimeNs: 1n }))).toBe(true)
})

test('a file and a tree with the same digits are two objects', () => {
  const stamps = openObjectStamps(undefined)
  const digits = 'd'.repeat(32)
  stamps.record(digits as ObjectId, stampAt(1))
  expect(stamps.trusts(`${digits}.dir` as ObjectId, stampAt(1))).toBe(false)
})

test('what was flushed is there again, what was forgotten is not', () => {
  const count = 5_000
  const stamps = openObjectStamps(file)
  for (let at = 0; at < count; at++) stamps.record(idAt(at), stampAt(at))
  for (let at = 0; at < count; at += 3) stamps.forget(idAt(at))
  stamps.forget(idAt(count))
  stamps.record(idAt(3), stampAt(30))
  stamps.flush()
  const again = openObjectStamps(file)
  for (let at = 0; at < count; at++)
    expect([at, again.trusts(idAt(at), stampAt(at === 3 ? 30 : at))]).toEqual([at, at % 3 !== 0 || at === 3])
  again.record(idAt(count + 1), stampAt(9))
  again.flush()
  const last = openObjectStamps(file)
  expect(last.trusts(idAt(count + 1), stampAt(9))).toBe(true)
  expect(last.trusts(idAt(1), stampAt(1))).toBe(true)
  expect(readdirSync(join(folder, 'tmp'))).toEqual(['stamps'])
})

test('a torn, altered or foreign file is dropped', () => {
  const write = (): void => {
    const stamps = openObjectStamps(file)
    stamps.record(idAt(1), stampAt(1))
    stamps.flush()
  }
  const isKnown = (): boolean => openObjectStamps(file).trusts(idAt(1), stampAt(1))
  write()
  expect(isKnown()).toBe(true)
  const whole = readFileSync(file)
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(file, whole)
    truncateSync(file, length)
    expect([length, isKnown()]).toEqual([length, false])
  }
  for (let at = 0; at < whole.length; at++) {
    const altered = Buffer.from(whole)
    altered[at] = (altered[at] as number) ^ 0x10
    writeFileSync(file, altered)
    expect([at, isKnown()]).toEqual([at, false])
  }
  write()
  expect(isKnown()).toBe(true)
})

test('where it may not write it keeps nothing, silently', () => {
  writeFileSync(join(folder, 'tmp'), 'a file where the folder should be')
  const stamps = openObjectStamps(file)
  stamps.record(idAt(1), stampAt(1))
  stamps.flush()
  expect(stamps.trusts(idAt(1), stampAt(1))).toBe(true)
  rmSync(join(folder, 'tmp'))
  mkdirSync(file, { recursive: true })
  const other = openObjectStamps(join(file, '..', 'stamps'))
  expect(() => other.flush()).not.toThrow()
})
