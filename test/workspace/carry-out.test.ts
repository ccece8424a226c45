import { existsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { carryOut } from '../../src/workspace/carry-out.ts'
import type { FileOrder } from '../../src/workspace/file-order.ts'
import { idOfRow, newFileRows } from '../../src/workspace/file-rows.ts'
import { walkFolder } from '../../src/workspace/walk.ts'
import { makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

/** Above the number at which threads are started. */
const many = 3300
const name = (at: number): string => `f${String(at).padStart(5, '0')}`

let disk: OutputOnDisk
beforeEach(() => {
  disk = makeOutputOnDisk()
})
afterEach(() => disk.remove())

function orderOf(files: Record<string, string | Uint8Array>): FileOrder {
  disk.write(files)
  const { paths, stamps } = walkFolder({ folder: disk.data, inRepository: 'data', ignore: disk.place().ignore })
  const task = { kind: 'hash', hash: 'md5', hasIds: false } as const
  return { ...newFileRows(paths, stamps), output: disk.data, task, objects: new BigInt64Array(0), states: new Uint8Array(0) }
}

test('the build that the threads run is there: npm run build', () => {
  expect(existsSync(fileURLToPath(new URL('../../dist/file-worker.js', import.meta.url)))).toBe(true)
})

test('every row is done once, small and large, and all that was done is reported', async () => {
  const large = Buffer.alloc((4 << 20) + 1, 'dv')
  const order = orderOf({ ...Object.fromEntries(Array.from({ length: many }, (_, at) => [name(at), `${at}`])), g: large, h: large })
  await carryOut(order, disk.context)
  for (let at = 0; at < many; at += 97) expect(idOfRow(order.ids, at)).toBe(md5(`${at}`))
  expect(idOfRow(order.ids, many)).toBe(md5(large))
  expect(idOfRow(order.ids, many + 1)).toBe(md5(large))
  const sum = (of: 'items' | 'bytes'): number => disk.events.reduce((total, event) => total + (event.type === 'advance' ? event[of] : 0), 0)
  expect(sum('items')).toBe(many + 2)
  expect(sum('bytes')).toBe(order.paths.reduce((total, _, at) => total + Number(order.stamps[at * 5]), 0))
})

test.each([0, many - 1])('row %d fails: that failure is thrown, in our words, whichever thread met it', async at => {
  const order = orderOf(Object.fromEntries(Array.from({ length: many }, (_, row) => [name(row), `${row}`])))
  unlinkSync(join(disk.data, name(at)))
  await expect(carryOut(order, disk.context)).rejects.toMatchObject({
    name: 'DvError',
    code: 'file-changed',
    message: expect.stringContaining(name(at)),
    hint: expect.any(String),
  })
})

test('a failure in another thread', async () => {
  const large = Buffer.alloc(4 << 20)
  const order = orderOf({ ...Object.fromEntries(Array.from({ length: many }, (_, row) => [name(row), `${row}`])), g: large })
  unlinkSync(join(disk.data, 'g')) // large files are not for this thread
  await expect(carryOut(order, disk.context)).rejects.toMatchObject({ name: 'DvError', code: 'file-changed', hint: expect.any(String) })
})

test('Ctrl-C in the middle', async () => {
  const order = orderOf(Object.fromEntries(Array.from({ length: many }, (_, row) => [name(row), `${row}`])))
  const done = carryOut(order, disk.context)
  disk.abort()
  await expect(done).rejects.toMatchObject({ code: 'interrupted' })
})
