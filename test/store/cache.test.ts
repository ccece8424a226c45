import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { HashKind, ObjectId } from '../../src/base/object-id.ts'
import { type Cache, openCache } from '../../src/store/cache.ts'
import { openObjectStamps } from '../../src/store/object-stamps.ts'
import { objectStoreContract } from '../contracts/object-store.ts'

const never = new AbortController().signal
const idOf = (bytes: Uint8Array | string): ObjectId => createHash('md5').update(bytes).digest('hex') as ObjectId

const open = (folder: string, options: { hash?: HashKind; shared?: boolean } = {}): Cache =>
  openCache({ folder, hash: 'md5', shared: false, stamps: openObjectStamps(undefined), ...options })

objectStoreContract('the cache', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-cache-'))
  return { store: open(folder), cleanUp: () => rmSync(folder, { recursive: true, force: true }) }
})

let folder: string
let cache: Cache
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'dv-cache-')), 'cache')
  cache = open(folder)
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const temporaries = (): string[] => (existsSync(join(folder, '.dv/tmp')) ? readdirSync(join(folder, '.dv/tmp')) : [])
const modeOf = (path: string): number => lstatSync(path).mode & 0o7777
const sizes = [0, 5, 1 << 20, (1 << 20) + 1, 5_000_000] as const

describe('receive', () => {
  test.each(sizes)('gives %d bytes their place, mode 0444, and leaves no temporary file', async size => {
    const bytes = Buffer.alloc(size, 'abc')
    const chunks = Array.from({ length: Math.ceil(size / 70_000) }, (_, at) => bytes.subarray(at * 70_000, (at + 1) * 70_000))
    expect(await cache.receive(idOf(bytes), Readable.from(chunks, { objectMode: false }), never)).toBe(size)
    const path = join(folder, 'files/md5', idOf(bytes).slice(0, 2), idOf(bytes).slice(2))
    expect(cache.pathOf(idOf(bytes))).toBe(path)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(modeOf(path)).toBe(0o444)
    expect(temporaries()).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['.dv', 'files'])
  })

  test.each(sizes)('refuses %d bytes with another hash, and nothing of them is left', async size => {
    const body = Readable.from([Buffer.alloc(size, 'abc')], { objectMode: false })
    const other = idOf('other')
    await expect(cache.receive(other, body, never)).rejects.toMatchObject({ code: 'object-corrupt' })
    expect(existsSync(cache.pathOf(other))).toBe(false)
    expect(temporaries()).toEqual([])
  })

  test.each([10, 3_000_000])('a body that breaks after %d bytes fails with its own error and leaves nothing', async size => {
    const bytes = Buffer.alloc(size, 'x')
    const broken = new Error('connection reset')
    const body = Readable.from(
      (async function* () {
        yield bytes
        throw broken
      })(),
      { objectMode: false },
    )
    await expect(cache.receive(idOf(bytes), body, never)).rejects.toBe(broken)
    expect(await cache.has([idOf(bytes)], never)).toEqual(new Set())
    expect(temporaries()).toEqual([])
  })

  test.each([10, 3_000_000])('a body closed after %d bytes counts as a broken store', async size => {
    const body = new Readable({ read() {} })
    body.push(Buffer.alloc(size))
    const receiving = cache.receive(idOf('whatever'), body, never)
    await setTimeout(20)
    body.destroy()
    await expect(receiving).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(temporaries()).toEqual([])
  })

  test.each([10, 3_000_000])('an abort after %d bytes ends it at once, without a trace', async size => {
    const stop = new AbortController()
    const body = new Readable({ read() {} })
    body.push(Buffer.alloc(size))
    const receiving = cache.receive(idOf('whatever'), body, stop.signal)
    await setTimeout(20)
    stop.abort()
    await expect(receiving).rejects.toMatchObject({ code: 'interrupted' })
    expect(body.destroyed).toBe(true)
    expect(temporaries()).toEqual([])
  })

  test('while it lasts nothing is under the final name; a process killed then leaves a temporary file that is swept a day later', async () => {
    const bytes = Buffer.alloc(4_000_000, 'k')
    const body = new Readable({ read() {} })
    body.push(bytes.subarray(0, 3_000_000))
    const receiving = cache.receive(idOf(bytes), body, never)
    await setTimeout(50)
    const [half] = temporaries()
    expect(half).toBeDefined()
    expect(existsSync(cache.pathOf(idOf(bytes)))).toBe(false)
    body.push(bytes.subarray(3_000_000))
    body.push(null)
    await receiving

    const left = join(folder, '.dv/tmp', half as string)
    const stranger = join(folder, '.dv/tmp/notes.txt')
    writeFileSync(left, 'half')
    writeFileSync(stranger, '')
    open(folder).temporaryPath()
    expect(existsSync(left)).toBe(true)
    const longAgo = Date.now() / 1000 - 25 * 3600
    utimesSync(left, longAgo, longAgo)
    utimesSync(stranger, longAgo, longAgo)
    open(folder).temporaryPath()
    expect(existsSync(left)).toBe(false)
    expect(existsSync(stranger)).toBe(true)
  })

  test('what is there already is not written anew', async () => {
    const id = idOf('once')
    cache.put(id, Buffer.from('once'))
    const before = lstatSync(cache.pathOf(id), { bigint: true })
    cache.put(id, Buffer.from('once'))
    await cache.receive(id, Readable.from([Buffer.from('once')]), never)
    const after = lstatSync(cache.pathOf(id), { bigint: true })
    expect([after.ino, after.ctimeNs]).toEqual([before.ino, before.ctimeNs])
    expect(temporaries()).toEqual([])
  })

  test.each(['', 'lost', 'longer than before'])('a damaged object (%j) is set aside when its bytes come again', damage => {
    const id = idOf('once')
    cache.put(id, Buffer.from('once'))
    chmodSync(cache.pathOf(id), 0o644)
    writeFileSync(cache.pathOf(id), damage)
    chmodSync(cache.pathOf(id), 0o444)
    open(folder).put(id, Buffer.from('once'))
    expect(readFileSync(cache.pathOf(id), 'utf8')).toBe('once')
    expect(readdirSync(join(folder, '.dv/damaged'))).toEqual([id])
  })

  test('folders that went away meanwhile are made again', async () => {
    cache.put(idOf('one'), Buffer.from('one'))
    rmSync(join(folder, 'files'), { recursive: true })
    cache.put(idOf('two'), Buffer.from('two'))
    expect(readFileSync(cache.pathOf(idOf('two')), 'utf8')).toBe('two')
  })
})

describe('objects of DVC 2', () => {
  test('lie in ab/cdef… and are checked with line ends turned', async () => {
    const legacy = open(folder, { hash: 'md5-dos2unix' })
    const id = idOf('a\nb\n')
    await legacy.receive(id, Readable.from([Buffer.from('a\r\nb\r\n')]), never)
    expect(readFileSync(join(folder, id.slice(0, 2), id.slice(2)), 'latin1')).toBe('a\r\nb\r\n')
    expect(() => legacy.put(idOf('other'), Buffer.from('a\r\n'))).toThrow(expect.objectContaining({ code: 'object-corrupt' }))
    const tree = Buffer.from('[]')
    legacy.put(`${idOf(tree)}.dir` as ObjectId, tree)
    expect(legacy.readTree(`${idOf(tree)}.dir` as ObjectId)).toEqual([])
    const pages: ObjectId[] = []
    for await (const page of legacy.list(never)) pages.push(...page)
    expect(pages.sort()).toEqual([id, `${idOf(tree)}.dir`].sort())
  })
})

describe('isWhole', () => {
  const id = idOf('content')
  beforeEach(() => cache.put(id, Buffer.from('content')))

  test('an object that entered through the door is trusted', async () => {
    const before = lstatSync(cache.pathOf(id), { bigint: true })
    expect(cache.stamps.trusts(id, { ...before, inode: before.ino, links: before.nlink })).toBe(true)
    expect(await cache.isWhole(id, never)).toBe(true)
  })

  test('a changed object is set aside, also when only its time tells', async () => {
    const path = cache.pathOf(id)
    chmodSync(path, 0o644)
    writeFileSync(path, 'damaged')
    chmodSync(path, 0o444)
    expect(await cache.isWhole(id, never)).toBe(false)
    expect(existsSync(path)).toBe(false)
    expect(readFileSync(join(folder, '.dv/damaged', id), 'utf8')).toBe('damaged')
  })

  test('an object that another tool wrote is hashed once', async () => {
    const stranger = open(folder)
    expect(await stranger.isWhole(id, never)).toBe(true)
    const stats = lstatSync(cache.pathOf(id), { bigint: true })
    expect(stranger.stamps.trusts(id, { ...stats, inode: stats.ino, links: stats.nlink })).toBe(true)
  })

  test('a mode other than 0444 is reason enough to hash', async () => {
    const path = cache.pathOf(id)
    const big = Buffer.alloc(2_000_000, 'z')
    cache.put(idOf(big), big)
    chmodSync(cache.pathOf(idOf(big)), 0o644)
    expect(await cache.isWhole(idOf(big), never)).toBe(true)
    const { atime, mtime } = lstatSync(path)
    chmodSync(path, 0o644)
    writeFileSync(path, 'CONTENT')
    utimesSync(path, atime, mtime)
    expect(await cache.isWhole(id, never)).toBe(false)
  })

  test('asked for what is not there it throws', async () => {
    await expect(cache.isWhole(idOf('nothing'), never)).rejects.toMatchObject({ code: 'object-missing' })
    expect(() => cache.setAside(idOf('nothing'))).toThrow(expect.objectContaining({ code: 'object-missing' }))
  })
})

describe('trees', () => {
  const text = '[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "c"}]'
  const id = `${idOf(text)}.dir` as ObjectId

  test('are read when their hash is right', () => {
    cache.put(id, Buffer.from(text))
    expect(cache.readTree(id)).toEqual([{ path: 'c', id: '60b725f10c9c85c70d97880dfe8191b3' }])
  })

  test('are refused when damaged or absent', () => {
    expect(() => cache.readTree(id)).toThrow(expect.objectContaining({ code: 'object-missing' }))
    cache.makeFolderOf(id)
    writeFileSync(cache.pathOf(id), text.replace('"c"', '"d"'))
    expect(() => cache.readTree(id)).toThrow(expect.objectContaining({ code: 'object-corrupt' }))
  })
})

describe('modes', () => {
  test.each([0o000, 0o077])('do not depend on the umask %o', mask => {
    const before = process.umask(mask)
    try {
      cache.put(idOf('private'), Buffer.from('private'))
      expect(modeOf(cache.pathOf(idOf('private')))).toBe(0o444)
      const path = cache.pathOf(idOf('private'))
      expect(modeOf(join(path, '..'))).toBe(0o777 & ~mask)
      const shared = open(join(folder, 'shared'), { shared: true })
      shared.put(idOf('ours'), Buffer.from('ours'))
      for (const name of ['', 'files', 'files/md5', '.dv', '.dv/tmp', `files/md5/${idOf('ours').slice(0, 2)}`]) {
        expect([name, modeOf(join(folder, 'shared', name))]).toEqual([name, 0o2775])
      }
      expect(modeOf(shared.pathOf(idOf('ours')))).toBe(0o444)
    } finally {
      process.umask(before)
    }
  })

  test('a folder that was there keeps its mode', () => {
    mkdirSync(join(folder, 'files'), { recursive: true })
    chmodSync(join(folder, 'files'), 0o750)
    open(folder, { shared: true }).put(idOf('x'), Buffer.from('x'))
    expect(modeOf(join(folder, 'files'))).toBe(0o750)
  })
})

test.each([0, 2, 150])('%d objects are made durable', async count => {
  const ids = Array.from({ length: count }, (_, at) => {
    cache.put(idOf(`${at}`), Buffer.from(`${at}`))
    return idOf(`${at}`)
  })
  await cache.makeDurable(ids)
})

test('has lists folders when many are asked for, and finds the same', async () => {
  const ids = Array.from({ length: 3_000 }, (_, at) => idOf(`object ${at}`))
  for (const id of ids) {
    cache.makeFolderOf(id)
    if (Number.parseInt(id.slice(2, 4), 16) < 64) writeFileSync(cache.pathOf(id), '')
  }
  const there = new Set(ids.filter(id => existsSync(cache.pathOf(id))))
  expect(there.size).toBeGreaterThan(500)
  expect(await cache.has(ids, never)).toEqual(there)
  expect(cache.hasNow(ids)).toEqual(there)
  expect(cache.hasNow(ids.slice(0, 100))).toEqual(new Set(ids.slice(0, 100).filter(id => there.has(id))))
  for (const id of ids) expect(cache.sizeOf(id)).toBe(there.has(id) ? 0 : undefined)
})

test('a cache that cannot be is an error of ours, from each of its doors', async () => {
  writeFileSync(folder, 'a file where the cache should be')
  const refused = expect.objectContaining({ name: 'DvError', code: 'store-refused', message: expect.stringContaining(folder) })
  expect(() => cache.temporaryPath()).toThrow(refused)
  expect(() => cache.makeFolderOf(idOf('x'))).toThrow(refused)
  expect(() => cache.put(idOf('x'), Buffer.from('x'))).toThrow(refused)
  await expect(cache.receive(idOf('x'), Readable.from([Buffer.from('x')]), never)).rejects.toEqual(refused)
})

const unprivileged = process.getuid?.() === 0 ? test.skip : test
unprivileged('a folder without write permission is "access-denied" with a hint', () => {
  mkdirSync(folder)
  chmodSync(folder, 0o555)
  expect(() => cache.put(idOf('x'), Buffer.from('x'))).toThrow(
    expect.objectContaining({ code: 'access-denied', hint: expect.stringContaining('ls -ld') }),
  )
})
