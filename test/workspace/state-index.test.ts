import { chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { IndexTable } from '../../src/workspace/index-table.ts'
import { openStateIndex } from '../../src/workspace/state-index.ts'
import { makeOutputOnDisk, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
let file: string
beforeEach(() => {
  disk = makeOutputOnDisk()
  file = join(disk.root, 'index')
})
afterEach(() => disk.remove())

const table: IndexTable = {
  hash: 'md5',
  paths: ['a', 'é/\n', '😀'],
  stamps: BigInt64Array.from({ length: 15 }, (_, at) => BigInt(at) << 40n),
  ids: Uint8Array.from({ length: 48 }, (_, at) => at),
  settled: Uint8Array.of(1, 0, 1),
  id: `${'ab'.repeat(16)}.dir` as ObjectId,
  size: 5e15,
}

test('what is flushed is what is read', async () => {
  const index = openStateIndex(file)
  index.replace(table)
  await index.flush()
  const read = await openStateIndex(file).read()
  expect(read).toMatchObject({ hash: 'md5', paths: table.paths, id: table.id, size: table.size, pathText: table.paths.join('\0') })
  expect([...(read?.stamps ?? [])]).toEqual([...table.stamps])
  expect([...(read?.ids ?? [])]).toEqual([...table.ids])
  expect([...(read?.settled ?? [])]).toEqual([1, 0, 1])
})

test('a torn or foreign index counts as none', async () => {
  const index = openStateIndex(file)
  index.replace({ ...table, paths: ['a', 'b', 'c'] })
  await index.flush()
  const whole = readFileSync(file)
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(file, whole.subarray(0, length))
    expect(await openStateIndex(file).read()).toBeUndefined()
  }
  for (let at = 0; at < whole.length; at += 5) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    writeFileSync(file, damaged)
    expect(await openStateIndex(file).read()).toBeUndefined()
  }
  truncateSync(file, 0)
  expect(await openStateIndex(file).read()).toBeUndefined()
})

test('where it may not be written nothing happens', async () => {
  chmodSync(disk.root, 0o555)
  // For root, whom no mode holds back, Linux has /sys.
  const refused = process.getuid?.() === 0 ? '/sys/dv-no-such-folder/index' : file
  const index = openStateIndex(refused)
  expect(index.tick(disk.root)).toBe(0n)
  index.replace(table)
  await index.flush()
  expect(await openStateIndex(refused).read()).toBeUndefined()
  chmodSync(disk.root, 0o755)
})

test('the clock goes on', async () => {
  const index = openStateIndex(file)
  const before = index.tick(disk.root)
  expect(before).toBeGreaterThan(0n)
  expect(await index.tickAfter(before, disk.root)).toBeGreaterThan(before)
})
