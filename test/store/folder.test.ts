import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { stampOf } from '../../src/base/file-stamp.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import { openFolderStore } from '../../src/store/folder.ts'
import type { ObjectSource } from '../../src/store/object-store.ts'
import { objectStoreContract } from '../contracts/object-store.ts'

const never = new AbortController().signal
const idOf = (bytes: Uint8Array | string): ObjectId => createHash('md5').update(bytes).digest('hex') as ObjectId

for (const hash of ['md5', 'md5-dos2unix'] as const) {
  objectStoreContract(`a folder (${hash})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dv-folder-'))
    const store = openFolderStore({ folder: join(folder, 'remote'), label: 'remote', hash })
    return { store, cleanUp: () => rmSync(folder, { recursive: true, force: true }) }
  })
}

let top: string
let folder: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'dv-folder-'))
  folder = join(top, 'remote')
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

const open = (shared = false) => openFolderStore({ folder, label: 'the lab disk', hash: 'md5', shared })
const fileSource = (bytes: Buffer): ObjectSource => {
  const path = join(top, 'source')
  writeFileSync(path, bytes)
  return { size: bytes.length, path, open: () => Readable.from([bytes]) }
}

test.each([100, 2_000_000])('objects get the modes of DVC: %d bytes', async size => {
  const bytes = Buffer.alloc(size, 'm')
  await open(true).write(idOf(bytes), fileSource(bytes), never)
  const path = join(folder, 'files/md5', idOf(bytes).slice(0, 2), idOf(bytes).slice(2))
  expect(lstatSync(path).mode & 0o7777).toBe(0o444)
  expect(lstatSync(join(path, '..')).mode & 0o7777).toBe(0o2775)
})

test.each([100, 2_000_000])('a source that is not the object is refused, and nothing is written: %d bytes', async size => {
  await expect(open().write(idOf('other'), fileSource(Buffer.alloc(size, 'm')), never)).rejects.toMatchObject({ code: 'object-corrupt' })
  expect(existsSync(join(folder, 'files'))).toBe(false)
  const temporaries = join(folder, '.dv/tmp')
  expect(existsSync(temporaries) ? readdirSync(temporaries) : []).toEqual([])
})

test('what lies beside the objects is not listed: temporary files of DVC, runs, our own', async () => {
  const store = open()
  await store.write(idOf('a'), fileSource(Buffer.from('a')), never)
  writeFileSync(join(folder, 'files/md5', idOf('a').slice(0, 2), '.aX3kPq8vR2sT5uV7wY9zAb.tmp'), '')
  writeFileSync(join(folder, 'files/md5/README'), '')
  for await (const page of store.list(never)) expect(page).toEqual([idOf('a')])
})

test('a source file that has gone is told', async () => {
  const source = { size: 1, path: join(top, 'gone'), open: () => Readable.from([]) }
  await expect(open().write(idOf('a'), source, never)).rejects.toMatchObject({ name: 'DvError' })
})

test('a large file that is as it was when it was hashed is copied; one that has changed since is hashed, and refused', async () => {
  const bytes = Buffer.alloc(2_000_000, 'm')
  const source = fileSource(bytes)
  const path = source.path ?? ''
  const stamp = stampOf(lstatSync(path, { bigint: true }))
  const place = join(folder, 'files/md5', idOf(bytes).slice(0, 2), idOf(bytes).slice(2))
  await open().write(idOf(bytes), { ...source, stamp, open: refuseToOpen }, never)
  expect(readFileSync(place).equals(bytes)).toBe(true)
  expect(lstatSync(place).mode & 0o7777).toBe(0o444)
  const other = Buffer.alloc(2_000_000, 'n')
  writeFileSync(path, other)
  const changed: ObjectSource = { ...source, stamp, open: () => Readable.from([other]) }
  rmSync(place)
  await expect(open().write(idOf(bytes), changed, never)).rejects.toMatchObject({ code: 'object-corrupt' })
  expect(existsSync(place)).toBe(false)
  expect(readdirSync(join(folder, '.dv/tmp'))).toEqual([])
})

test('a copy stops when it is told to, and leaves nothing', async () => {
  const source = fileSource(Buffer.alloc(2_000_000, 'm'))
  const stamp = stampOf(lstatSync(source.path ?? '', { bigint: true }))
  const control = new AbortController()
  const writing = open().write(idOf('m'), { ...source, stamp, open: refuseToOpen }, control.signal)
  control.abort()
  await expect(writing).rejects.toMatchObject({ code: 'interrupted' })
  expect(readdirSync(join(folder, '.dv/tmp'))).toEqual([])
})

const refuseToOpen = (): never => {
  throw new Error('it was to be copied, not read')
}
