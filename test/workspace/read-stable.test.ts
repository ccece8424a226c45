import { appendFileSync, lstatSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { hashFile, readPieces, readSmall, readStable, type StableFile } from '../../src/workspace/read-stable.ts'
import { newStampRows, readStamp, writeStamp } from '../../src/workspace/stamp-rows.ts'
import { makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
let path: string
beforeEach(() => {
  disk = makeOutputOnDisk()
  disk.write({ a: 'one' })
  path = join(disk.data, 'a')
})
afterEach(() => disk.remove())

function fileAt(at: string): StableFile {
  const stamps = newStampRows(1)
  writeStamp(stamps, 0, lstatSync(at, { bigint: true }))
  return { path: at, stamps, row: 0 }
}

const text = (descriptor: number, size: number): string => readSmall(descriptor, size).toString()

test('a file that changed since it was looked at is read again; the stamp is that of what was read', () => {
  const file = fileAt(path)
  appendFileSync(path, ' more')
  const discarded: string[] = []
  expect(readStable(file, text, value => discarded.push(value)).value).toBe('one more')
  expect(discarded).toHaveLength(1)
  expect(readStamp(file.stamps, 0).size).toBe(8n)
})

test('a file that changes while it is read, again and again, is an error', () => {
  const discarded: string[] = []
  const read = (descriptor: number, size: number): string => {
    const value = text(descriptor, size)
    appendFileSync(path, '!')
    return value
  }
  expect(() => readStable(fileAt(path), read, value => discarded.push(value))).toThrow(
    expect.objectContaining({ code: 'file-changed', message: `${path} changed while it was being read` }),
  )
  expect(discarded).toHaveLength(2)
})

test('a file that is gone is an error of its own', () => {
  const file = fileAt(path)
  unlinkSync(path)
  expect(() => readStable(file, text)).toThrow(expect.objectContaining({ code: 'file-changed' }))
})

test('says whether it came through a symlink', () => {
  symlinkSync('a', join(disk.data, 'b'))
  const file = { ...fileAt(path), path: join(disk.data, 'b') }
  expect(readStable(file, text)).toMatchObject({ value: 'one', isSymlink: true })
  expect(readStable(fileAt(path), text)).toMatchObject({ value: 'one', isSymlink: false })
})

test.each([0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])('%d bytes', size => {
  const bytes = Buffer.alloc(size, 'abcdefg')
  writeFileSync(path, bytes)
  let counted = 0
  const pulse = (count: number): void => {
    counted += count
  }
  expect(hashFile(fileAt(path), { kind: 'md5', pulse })).toBe(md5(bytes))
  expect(counted).toBe(size)
})

test('stops between two pieces', () => {
  writeFileSync(path, Buffer.alloc(3 << 20))
  let pieces = 0
  const pulse = (): void => {
    if (++pieces === 2) throw new Error('stop')
  }
  expect(() => readStable(fileAt(path), descriptor => readPieces(descriptor, { pulse, take: () => undefined }))).toThrow('stop')
  expect(pieces).toBe(2)
})
