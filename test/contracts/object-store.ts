/** What every store must guarantee, as one suite: `objectStoreContract('folder', async () => ({ store, cleanUp }))`. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { pool } from '../../src/base/pool.ts'
import type { ObjectSource, ObjectStore } from '../../src/store/object-store.ts'

/** Opens an empty store; `cleanUp` runs after each test, when the store has been closed. */
export type OpenEmptyStore = () => Promise<{ readonly store: ObjectStore; readonly cleanUp: () => Promise<void> | void }>

export interface ContractOptions {
  /** whether it can tell what it has, and remove it; default true */
  readonly lists?: boolean
}

export function objectStoreContract(name: string, open: OpenEmptyStore, { lists = true }: ContractOptions = {}): void {
  const testListing = lists ? test : test.skip
  describe(`${name} keeps the contract of stores`, () => {
    let store: ObjectStore
    let cleanUp: () => Promise<void> | void
    let folder: string

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'dv-contract-'))
      const opened = await open()
      store = opened.store
      cleanUp = opened.cleanUp
    })
    afterEach(async () => {
      await store.close()
      await cleanUp()
      rmSync(folder, { recursive: true, force: true })
    })

    const put = async (bytes: Uint8Array): Promise<ObjectId> => {
      const id = idOf(bytes)
      await store.write(id, sourceOf(bytes), never)
      return id
    }
    const get = (id: ObjectId, start?: number): Promise<Buffer> =>
      store.read(id, start === undefined ? { signal: never } : { start, signal: never }, body => buffer(body))
    /** All that is there; where a store cannot tell, that what is expected is there. */
    const expectListed = async (...expected: readonly ObjectId[]): Promise<void> => {
      if (lists) expect((await listed()).join()).toBe([...expected].sort().join())
      else expect(await store.has(expected, never)).toEqual(new Set(expected))
    }
    const listed = async (): Promise<ObjectId[]> => {
      const ids: ObjectId[] = []
      for await (const page of store.list(never)) ids.push(...page)
      return ids.sort()
    }

    test('its label is for people and its concurrency at least 1', () => {
      expect(store.label).not.toBe('')
      expect(store.concurrency).toBeGreaterThanOrEqual(1)
    })

    test('nothing is in an empty store', async () => {
      const id = idOf(sampleBytes(10))
      expect(await store.has([], never)).toEqual(new Set())
      expect(await store.has([id], never)).toEqual(new Set())
      await expectListed()
      await expect(get(id)).rejects.toMatchObject({ name: 'DvError', code: 'object-missing' })
      if (!lists) return
      await store.remove([id], never)
      await store.remove([], never)
    })

    test.each([
      ['empty', 0],
      ['one byte', 1],
      ['small', 10_000],
      ['1 MiB', 1024 * 1024],
      ['more than 1 MiB', 3 * 1024 * 1024 + 17],
    ])('an object comes back as it was written: %s', async (_, size) => {
      const bytes = sampleBytes(size)
      const id = await put(bytes)
      expect(idOf(await get(id))).toBe(id)
      expect(await store.has([id], never)).toEqual(new Set([id]))
      await expectListed(id)
    })

    test.each([0, 10_000, 2 * 1024 * 1024 + 5])('a file is written from its path: %d bytes', async size => {
      const bytes = sampleBytes(size, 7)
      const path = join(folder, 'file')
      writeFileSync(path, bytes)
      const id = idOf(bytes)
      await store.write(id, { ...sourceOf(bytes), path }, never)
      expect(idOf(await get(id))).toBe(id)
    })

    test('a tree is an object whose id ends in .dir', async () => {
      const bytes = Buffer.from('[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "c"}]')
      const id = `${idOf(bytes)}.dir` as ObjectId
      await store.write(id, sourceOf(bytes), never)
      expect((await get(id)).equals(bytes)).toBe(true)
      expect(await store.has([id, idOf(bytes)], never)).toEqual(new Set([id]))
      await expectListed(id)
    })

    test('reading can start in the middle, and at the end', async () => {
      const bytes = sampleBytes(100_000)
      const id = await put(bytes)
      expect((await get(id, 0)).equals(bytes)).toBe(true)
      expect((await get(id, 99_990)).equals(bytes.subarray(99_990))).toBe(true)
      expect((await get(id, 100_000)).length).toBe(0)
    })

    test('writing again what is there changes nothing', async () => {
      const bytes = sampleBytes(500)
      const id = await put(bytes)
      await put(bytes)
      expect((await get(id)).equals(bytes)).toBe(true)
      await expectListed(id)
    })

    test('objects written side by side are all there, asked for in any number', async () => {
      const all = Array.from({ length: 60 }, (_, at) => sampleBytes(100 + at, at))
      await pool(all, { limit: store.concurrency, signal: never }, async bytes => void (await put(bytes)))
      const there = all.map(idOf)
      const absent = Array.from({ length: 140 }, (_, at) => idOf(sampleBytes(9_000 + at, at)))
      await expectListed(...there)
      for (const count of [1, 2, 5, 20, 60]) {
        const asked = [...there.slice(0, count), ...absent.slice(0, count * 2)]
        expect(await store.has(asked, never)).toEqual(new Set(there.slice(0, count)))
      }
      expect(await store.has([there[0] as ObjectId, there[0] as ObjectId], never)).toEqual(new Set([there[0]]))
      expect(await store.has(absent, never)).toEqual(new Set())
      const read: ObjectId[] = []
      await pool(there, { limit: store.concurrency, signal: never }, async id => void read.push(idOf(await get(id))))
      expect(read.sort()).toEqual([...there].sort())
    })

    testListing('an inventory tells the size of each object and when it came', async () => {
      const before = Date.now()
      const id = await put(sampleBytes(1234))
      const other = await put(sampleBytes(0, 3))
      const found = []
      for await (const page of store.inventory(never)) found.push(...page)
      expect(found.map(each => [each.id, each.size]).sort()).toEqual(
        [
          [id, 1234],
          [other, 0],
        ].sort(),
      )
      // a store may count in seconds, and have a clock of its own
      for (const { time } of found) expect(Math.abs(time - before)).toBeLessThan(60_000)
    })

    testListing('what was removed is gone, and the rest stays', async () => {
      const [first, second, third] = [await put(sampleBytes(10, 1)), await put(sampleBytes(10, 2)), await put(sampleBytes(10, 3))] as const
      await store.remove([first, third, idOf(sampleBytes(11))], never)
      expect(await store.has([first, second, third], never)).toEqual(new Set([second]))
      await expectListed(second)
      await expect(get(first)).rejects.toMatchObject({ code: 'object-missing' })
    })

    test('an error of the consumer arrives as it is, and the store goes on working', async () => {
      const id = await put(sampleBytes(300_000))
      const error = new Error('the disk is full')
      await expect(
        store.read(id, { signal: never }, async () => {
          throw error
        }),
      ).rejects.toBe(error)
      expect(idOf(await get(id))).toBe(id)
    })

    test('a consumer may stop in the middle', async () => {
      const id = await put(sampleBytes(2 * 1024 * 1024))
      const first = await store.read(id, { signal: never }, async body => {
        for await (const chunk of body) return chunk as Buffer
        return undefined
      })
      expect(first?.length).toBeGreaterThan(0)
      expect(idOf(await get(id))).toBe(id)
    })

    test.each([5_000, 2 * 1024 * 1024])('a source that fails half way leaves nothing to be seen: %d bytes', async size => {
      const bytes = sampleBytes(size)
      const id = idOf(bytes)
      const source: ObjectSource = { size, open: () => Readable.from(brokenAfter(bytes.subarray(0, size / 2))) }
      await expect(store.write(id, source, never)).rejects.toThrow()
      expect(await store.has([id], never)).toEqual(new Set())
      await expectListed()
    })

    test.each([5_000, 2 * 1024 * 1024])('a source with fewer bytes than it says is refused: %d bytes', async size => {
      const bytes = sampleBytes(size)
      const id = idOf(bytes)
      await expect(store.write(id, { ...sourceOf(bytes.subarray(0, size - 1)), size }, never)).rejects.toThrow()
      expect(await store.has([id], never)).toEqual(new Set())
    })

    test('after an abort each call ends with the error "interrupted"', async () => {
      const bytes = sampleBytes(10)
      const id = await put(bytes)
      const signal = AbortSignal.abort()
      const interrupted = { code: 'interrupted' }
      await expect(store.has([id], signal)).rejects.toMatchObject(interrupted)
      await expect(store.read(id, { signal }, body => buffer(body))).rejects.toMatchObject(interrupted)
      await expect(store.write(idOf(sampleBytes(11)), sourceOf(sampleBytes(11)), signal)).rejects.toMatchObject(interrupted)
      await expect(store.remove([id], signal)).rejects.toMatchObject(interrupted)
      const listing = async () => {
        for await (const page of store.list(signal)) void page
      }
      await expect(listing()).rejects.toMatchObject(interrupted)
      await expectListed(id)
    })

    test('closing twice is no error', async () => {
      await store.close()
      await store.close()
    })
  })
}

const never = new AbortController().signal

export const idOf = (bytes: Uint8Array): ObjectId => createHash('md5').update(bytes).digest('hex') as ObjectId

/** The same bytes for the same size and seed, different ones for others. */
export const sampleBytes = (size: number, seed = 0): Buffer =>
  size === 0 ? Buffer.alloc(0) : createHash('shake256', { outputLength: size }).update(`${size} ${seed}`).digest()

export const sourceOf = (bytes: Uint8Array): ObjectSource => ({
  size: bytes.length,
  open: start => Readable.from(chunksOf(bytes.subarray(start ?? 0))),
})

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function* brokenAfter(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunksOf(bytes)
  throw new Error('the source broke')
}
