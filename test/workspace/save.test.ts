import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { printTree, treeId } from '../../src/format/tree.ts'
import { openCache } from '../../src/store/cache.ts'
import { openObjectStamps } from '../../src/store/object-stamps.ts'
import type { LinkKind } from '../../src/workspace/link.ts'
import { saveOutput } from '../../src/workspace/save.ts'
import { takeSnapshot } from '../../src/workspace/snapshot.ts'
import { filesIn, letClockTick, makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
beforeEach(() => {
  disk = makeOutputOnDisk()
})
afterEach(() => {
  expectWhole(disk)
  disk.remove()
})

/** Each object is what its name says, read-only, and nothing unfinished lies about. */
function expectWhole({ cache, root }: OutputOnDisk): void {
  for (const [path, content] of Object.entries(existsSync(join(cache.folder, 'files')) ? filesIn(join(cache.folder, 'files/md5')) : {})) {
    const bytes = readFileSync(join(cache.folder, 'files/md5', path))
    expect([path, md5(bytes)]).toEqual([path, path.replace('/', '').replace('.dir', '')])
    expect([path, content.length > 0, statSync(join(cache.folder, 'files/md5', path)).mode & 0o777]).toEqual([
      path,
      content.length > 0,
      0o444,
    ])
  }
  expect(existsSync(join(cache.folder, '.dv/tmp')) ? readdirSync(join(cache.folder, '.dv/tmp')) : []).toEqual([])
  expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.tmp'))).toEqual([])
}

const save = (links: readonly LinkKind[] = ['reflink', 'copy'], relink = true) =>
  saveOutput(disk.place(), { cache: disk.cache, links, relink }, disk.context)
const object = (content: string | Uint8Array): string => disk.cache.pathOf(md5(content))
const warnings = () => disk.events.filter(event => event.type === 'warning')

test('files and tree are in the cache, the workspace is as it was', async () => {
  disk.write({ a: 'one', 'b/c': 'two', same: 'one' })
  const before = filesIn(disk.data)
  const snapshot = await save()
  const tree = [
    { path: 'a', id: md5('one') },
    { path: 'b/c', id: md5('two') },
    { path: 'same', id: md5('one') },
  ]
  expect(snapshot).toEqual({ kind: 'folder', id: treeId(printTree(tree)), size: 9, tree })
  expect(await takeSnapshot(disk.place(), disk.context)).toEqual(snapshot)
  expect(filesIn(disk.data)).toEqual(before)
  expect(statSync(join(disk.data, 'a')).nlink).toBe(1)
  expect(disk.cache.readTree(treeId(printTree(tree)))).toEqual(tree)
  expect(readFileSync(object('two'), 'utf8')).toBe('two')
})

test('saved again, only what changed is read', async () => {
  disk.write({ a: 'one', b: 'two' })
  await letClockTick()
  await save()
  disk.events.length = 0
  await save()
  expect([disk.work('saving'), disk.work('checking')]).toEqual([0, 0])
  appendFileSync(join(disk.data, 'b'), '!')
  await save()
  expect(disk.work('saving')).toBe(1)
  expect(readFileSync(object('two!'), 'utf8')).toBe('two!')
})

test('an object that went from the cache is saved again', async () => {
  disk.write({ a: 'one', b: 'two' })
  await letClockTick()
  await save()
  unlinkSync(object('one'))
  await save()
  expect(existsSync(object('one'))).toBe(true)
})

test('an object that was damaged is set aside, named, and saved again', async () => {
  disk.write({ a: 'one', b: 'two' })
  await save()
  chmodSync(object('one'), 0o644)
  writeFileSync(object('one'), 'bad')
  chmodSync(object('one'), 0o444)
  unlinkSync(join(disk.root, '.dvc/tmp/dv/index')) // so that the file has to be read
  await save()
  expect(readFileSync(object('one'), 'utf8')).toBe('one')
  expect(warnings()).toEqual([{ type: 'warning', message: expect.stringContaining(`object ${md5('one')} in the cache was damaged`) }])
  expect(readFileSync(join(disk.cache.folder, '.dv/damaged', md5('one')), 'utf8')).toBe('bad')
})

test('a large file goes through in pieces', async () => {
  const bytes = Buffer.alloc((3 << 20) + 5, 'dv is fast ')
  disk.write({ big: bytes, edge: bytes.subarray(0, 1 << 20), beyond: bytes.subarray(0, (1 << 20) + 1), empty: '' })
  expect(await save()).toMatchObject({
    tree: [
      { path: 'beyond', id: md5(bytes.subarray(0, (1 << 20) + 1)) },
      { path: 'big', id: md5(bytes) },
      { path: 'edge', id: md5(bytes.subarray(0, 1 << 20)) },
      { path: 'empty', id: md5('') },
    ],
  })
  expect(readFileSync(object(bytes)).equals(bytes)).toBe(true)
})

describe('by hardlink', () => {
  const links: readonly LinkKind[] = ['hardlink', 'copy']

  test('file and object are one, read-only; an empty file is not', async () => {
    disk.write({ a: 'one', same: 'one', empty: '', big: Buffer.alloc(2 << 20, 'x') })
    await save(links)
    const { ino, mode, nlink } = statSync(object('one'))
    expect(statSync(join(disk.data, 'a'))).toMatchObject({ ino, mode, nlink })
    expect(statSync(join(disk.data, 'same')).ino).toBe(ino)
    expect([mode & 0o777, nlink]).toEqual([0o444, 3])
    expect(statSync(join(disk.data, 'empty')).nlink).toBe(1)
    expect(statSync(join(disk.data, 'big')).nlink).toBe(2)
    disk.events.length = 0
    await letClockTick()
    await takeSnapshot(disk.place(), disk.context)
    await save(links)
    disk.events.length = 0
    await takeSnapshot(disk.place(), disk.context)
    await save(links)
    expect(disk.work('saving') + disk.work('hashing') + disk.work('linking')).toBe(0)
  })

  test('without its index it reads each file once, and knows that the objects are those files', async () => {
    disk.write({ a: 'one', b: 'two' })
    await save(links)
    unlinkSync(join(disk.root, '.dvc/tmp/dv/index'))
    disk.cache.stamps.forget(md5('one'))
    disk.events.length = 0
    await save(links)
    expect([disk.work('saving'), disk.work('checking'), disk.work('linking')]).toEqual([2, 0, 0])
    expect(statSync(join(disk.data, 'a'))).toMatchObject({ ino: statSync(object('one')).ino, nlink: 2 })
  })

  test('a file with another name keeps that name, and becomes a link all the same', async () => {
    disk.write({ a: 'one' })
    linkSync(join(disk.data, 'a'), join(disk.root, 'mine'))
    await save(links)
    expect(statSync(join(disk.data, 'a')).ino).toBe(statSync(object('one')).ino)
    expect(statSync(join(disk.root, 'mine'))).toMatchObject({ nlink: 1, mode: 0o100644 })
  })

  test('a symlink becomes a link to the object; what it led to is left alone', async () => {
    disk.write({ b: 'two' })
    writeFileSync(join(disk.root, 'outside'), 'out')
    symlinkSync('../outside', join(disk.data, 'a'))
    await save(links)
    expect(lstatSync(join(disk.data, 'a')).ino).toBe(statSync(object('out')).ino)
    expect(statSync(join(disk.root, 'outside'))).toMatchObject({ nlink: 1, mode: 0o100644 })
  })

  test('without relink the workspace stays as it was', async () => {
    disk.write({ a: 'one' })
    await save(links, false)
    expect(statSync(join(disk.data, 'a'))).toMatchObject({ nlink: 1, mode: 0o100644 })
  })

  test('a file that was changed through its link: its object is set aside and named, both versions are whole', async () => {
    disk.write({ a: 'one', b: 'two', other: 'keep' })
    await letClockTick()
    await save(links)
    await letClockTick()
    await takeSnapshot(disk.place(), disk.context)
    chmodSync(join(disk.data, 'a'), 0o644)
    appendFileSync(join(disk.data, 'a'), '!')
    disk.write({ copy: 'one' })
    await save(links)
    expect(warnings()[0]).toMatchObject({
      message: expect.stringContaining(`object ${md5('one')} in the cache is damaged: ${disk.data}/a`),
    })
    expect(readFileSync(object('one!'), 'utf8')).toBe('one!')
    expect(readFileSync(object('one'), 'utf8')).toBe('one') // anew, from `copy`
    expect(filesIn(disk.data)).toEqual({ a: 'one!', b: 'two', copy: 'one', other: 'keep' })
    expect(statSync(join(disk.data, 'a')).ino).toBe(statSync(object('one!')).ino)
  })

  test('changed through its link, with nobody left who has the old content: no object of the old name stays', async () => {
    disk.write({ a: 'one' })
    await letClockTick()
    await save(links)
    chmodSync(join(disk.data, 'a'), 0o644)
    appendFileSync(join(disk.data, 'a'), '!')
    await save(links)
    expect(existsSync(object('one'))).toBe(false)
    expect(readFileSync(join(disk.cache.folder, '.dv/damaged', md5('one')), 'utf8')).toBe('one!')
    expect(warnings()).toHaveLength(1)
  })

  test('a touch through the link damages nothing', async () => {
    disk.write({ a: 'one' })
    await save(links)
    await letClockTick()
    await takeSnapshot(disk.place(), disk.context)
    const { atime } = statSync(object('one'))
    const { utimesSync } = await import('node:fs')
    utimesSync(join(disk.data, 'a'), atime, new Date())
    await save(links)
    expect(warnings()).toEqual([])
    expect(readFileSync(object('one'), 'utf8')).toBe('one')
  })

  test('a copy when the type of link changes', async () => {
    disk.write({ a: 'one' })
    await letClockTick()
    await save(['copy'])
    expect(statSync(join(disk.data, 'a')).nlink).toBe(1)
    await save(links)
    expect(statSync(join(disk.data, 'a')).ino).toBe(statSync(object('one')).ino)
  })
})

test('where the cache is on another file system the files of the workspace are left alone', async () => {
  const elsewhere = '/dev/shm'
  if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(disk.root).dev) return
  const folder = mkdtempSync(join(elsewhere, 'dv-cache-'))
  try {
    const cache = openCache({ folder, hash: 'md5', shared: false, stamps: openObjectStamps(undefined) })
    disk.write({ a: 'one', b: 'two' })
    const inodes = (): readonly number[] => ['a', 'b'].map(path => lstatSync(join(disk.data, path)).ino)
    const before = inodes()
    await saveOutput(disk.place(), { cache, links: ['reflink', 'hardlink', 'copy'], relink: true }, disk.context)
    expect(inodes()).toEqual(before)
    expect(readFileSync(cache.pathOf(md5('one')), 'utf8')).toBe('one')
    await saveOutput(disk.place(), { cache, links: ['hardlink', 'symlink'], relink: true }, disk.context)
    expect(readlinkSync(join(disk.data, 'a'))).toBe(cache.pathOf(md5('one')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('by symlink', async () => {
  disk.write({ a: 'one', empty: '' })
  await letClockTick()
  await save(['symlink'])
  expect(readlinkSync(join(disk.data, 'a'))).toBe(object('one'))
  expect(statSync(object('one')).nlink).toBe(1)
  disk.events.length = 0
  expect(await save(['symlink'])).toMatchObject({
    tree: [
      { path: 'a', id: md5('one') },
      { path: 'empty', id: md5('') },
    ],
  })
  expect(disk.work('saving') + disk.work('linking')).toBe(0)
  expect(readlinkSync(join(disk.data, 'a'))).toBe(object('one'))
})

describe('one file', () => {
  const file = () => ({ ...disk.place(), path: join(disk.data, 'run.sh') })

  test('an executable is copied even where files are linked', async () => {
    disk.write({ 'run.sh': 'echo' })
    chmodSync(file().path, 0o755)
    expect(await saveOutput(file(), { cache: disk.cache, links: ['hardlink'], relink: true }, disk.context)).toEqual({
      kind: 'file',
      id: md5('echo'),
      size: 4,
      executable: true,
    })
    expect(statSync(file().path)).toMatchObject({ nlink: 1, mode: 0o100755 })
  })

  test('a plain one is linked', async () => {
    disk.write({ 'run.sh': 'echo' })
    await saveOutput(file(), { cache: disk.cache, links: ['hardlink'], relink: true }, disk.context)
    expect(statSync(file().path).nlink).toBe(2)
  })
})

test('many files are done by several threads, and one that cannot be saved ends it without a trace', async () => {
  const files = Object.fromEntries(Array.from({ length: 3500 }, (_, at) => [`d${at % 7}/f${at}`, `content ${at % 3000}`]))
  disk.write(files)
  const snapshot = await save(['hardlink'])
  expect(snapshot).toMatchObject({ kind: 'folder', size: Object.values(files).reduce((sum, text) => sum + text.length, 0) })
  expect(filesIn(disk.data)).toEqual(files)
  expect(disk.events.reduce((sum, event) => sum + (event.type === 'advance' ? event.items : 0), 0)).toBeGreaterThanOrEqual(3500)

  disk.write(Object.fromEntries(Array.from({ length: 3500 }, (_, at) => [`e/f${at}`, `other ${at}`])))
  symlinkSync('nowhere', join(disk.data, 'broken'))
  await expect(save()).rejects.toMatchObject({ code: 'unsupported-file' })
})

test('stopped in the middle: nothing unfinished is visible, and the next run goes on', async () => {
  disk.write(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, `content ${at}`])))
  const context = { ...disk.context, report: () => disk.abort() }
  await expect(saveOutput(disk.place(), { cache: disk.cache, links: ['copy'], relink: true }, context)).rejects.toMatchObject({
    code: 'interrupted',
  })
  expectWhole(disk)
  expect(Object.keys(filesIn(disk.data))).toHaveLength(300)
})
