import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { Tree } from '../../src/format/tree.ts'
import { type ApplyOptions, applyCheckout, type CheckoutResult } from '../../src/workspace/checkout.ts'
import { planCheckout, treeOf } from '../../src/workspace/checkout-plan.ts'
import type { LinkKind } from '../../src/workspace/link.ts'
import { takeSnapshot } from '../../src/workspace/snapshot.ts'
import { filesIn, letClockTick, makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
beforeEach(() => {
  disk = makeOutputOnDisk()
})
afterEach(() => {
  expect(readdirSync(disk.root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.tmp'))).toEqual([])
  disk.remove()
})

/** A tree whose objects are in the cache. */
function stored(files: Readonly<Record<string, string>>): Tree {
  for (const content of Object.values(files)) disk.cache.put(md5(content), Buffer.from(content))
  return Object.entries(files)
    .map(([path, content]) => ({ path, id: md5(content) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Wish extends Partial<ApplyOptions> {
  readonly relink?: boolean
  /** between plan and application */
  readonly meanwhile?: () => void
}

async function checkOut(wanted: Tree, { relink, meanwhile, ...options }: Wish = {}): Promise<CheckoutResult> {
  const place = disk.place()
  const current = treeOf(await takeSnapshot(place, disk.context))
  const plan = planCheckout(current, wanted, { isSaved: () => true, relink })
  meanwhile?.()
  return applyCheckout(plan, place, { cache: disk.cache, links: ['reflink', 'copy'], ...options }, disk.context)
}

const none = { created: 0, replaced: 0, removed: 0, missing: [], damaged: [] }
const object = (content: string): string => disk.cache.pathOf(md5(content))
const kinds: readonly (readonly LinkKind[])[] = [['reflink', 'copy'], ['copy'], ['hardlink', 'copy'], ['symlink']]

describe.each(kinds)('by %s', (...links) => {
  test('from nothing, to another version, and back; nothing is hashed afterwards', async () => {
    const first = stored({ a: 'one', 'b/c/d': 'two', 'b/e': 'two', empty: '' })
    const second = stored({ a: 'ONE', 'b/c': 'three', f: 'four', empty: '' })
    expect(await checkOut(first, { links })).toEqual({ ...none, created: 4 })
    expect(filesIn(disk.data)).toEqual({ a: 'one', 'b/c/d': 'two', 'b/e': 'two', empty: '' })
    expect(await checkOut(second, { links })).toEqual({ ...none, created: 2, replaced: 1, removed: 2 })
    expect(filesIn(disk.data)).toEqual({ a: 'ONE', 'b/c': 'three', f: 'four', empty: '' })
    expect(await checkOut(second, { links })).toEqual(none)
    await checkOut(first, { links })
    expect(filesIn(disk.data)).toEqual({ a: 'one', 'b/c/d': 'two', 'b/e': 'two', empty: '' })
    expect(disk.work('hashing')).toBe(0)
    expect(disk.work('checking')).toBe(0)
  })

  test('the next snapshot sees a change made right after', async () => {
    for (let round = 0; round < 10; round++) {
      await checkOut(stored({ a: `one ${round}` }), { links })
      unlinkSync(join(disk.data, 'a'))
      writeFileSync(join(disk.data, 'a'), `ONE ${round}`)
      expect(await takeSnapshot(disk.place(), disk.context)).toMatchObject({ tree: [{ path: 'a', id: md5(`ONE ${round}`) }] })
    }
  })

  test('many files, with threads', async () => {
    const files = Object.fromEntries(Array.from({ length: 3200 }, (_, at) => [`d${at % 11}/f${at}`, `content ${at % 3000}`]))
    const tree = stored(files)
    expect(await checkOut(tree, { links })).toEqual({ ...none, created: 3200 })
    expect(filesIn(disk.data)).toEqual(files)
    disk.events.length = 0
    expect(await takeSnapshot(disk.place(), disk.context)).toMatchObject({ tree })
    expect(disk.work('hashing')).toBe(0)
  })
})

test('where the clock does not pass the files that were made, they are hashed again', async () => {
  const place = disk.place()
  const stopped = { ...place, index: { ...place.index, tickAfter: async () => 0n } }
  const plan = planCheckout([], stored({ a: 'one' }), { isSaved: () => true })
  await applyCheckout(plan, stopped, { cache: disk.cache, links: ['copy'] }, disk.context)
  await takeSnapshot(disk.place(), disk.context)
  expect(disk.work('hashing')).toBe(1)
})

test('what the files are afterwards', async () => {
  await checkOut(stored({ a: 'one', empty: '' }), { links: ['copy'] })
  expect(statSync(join(disk.data, 'a'))).toMatchObject({ nlink: 1, mode: 0o100666 & ~process.umask() })
  await checkOut(stored({ b: 'one', empty: '' }), { links: ['hardlink'] })
  expect(statSync(join(disk.data, 'b'))).toMatchObject({ nlink: 2, mode: 0o100444, ino: statSync(object('one')).ino })
  expect(statSync(join(disk.data, 'empty')).nlink).toBe(1)
  await checkOut(stored({ c: 'one' }), { links: ['symlink'] })
  expect(readlinkSync(join(disk.data, 'c'))).toBe(object('one'))
})

test('relink makes another kind of link of files that are as wanted', async () => {
  const tree = stored({ a: 'one', b: 'two' })
  const inode = (path: string) => lstatSync(join(disk.data, path)).ino
  await checkOut(tree, { links: ['copy'] })
  await checkOut(tree, { links: ['hardlink'], relink: true })
  expect(inode('a')).toBe(statSync(object('one')).ino)
  await checkOut(tree, { links: ['hardlink'], relink: true })
  await checkOut(tree, { links: ['symlink'], relink: true })
  expect(lstatSync(join(disk.data, 'a')).isSymbolicLink()).toBe(true)
  await checkOut(tree, { links: ['copy'], relink: true })
  expect([lstatSync(join(disk.data, 'a')).isFile(), inode('a') === statSync(object('one')).ino]).toEqual([true, false])
  expect(filesIn(disk.data)).toEqual({ a: 'one', b: 'two' })
})

test('one file, executable or not', async () => {
  const [{ id }] = stored({ x: 'echo' }) as unknown as [{ id: ObjectId }]
  await checkOut([{ path: '', id }], { executable: true, links: ['hardlink'] })
  expect(statSync(disk.data)).toMatchObject({ nlink: 1, mode: (0o100666 & ~process.umask()) | 0o100 })
  expect(await takeSnapshot(disk.place(), disk.context)).toEqual({ kind: 'file', id: md5('echo'), size: 4, executable: true })
  const [next] = stored({ x: 'more' }) as unknown as [{ id: ObjectId }]
  await checkOut([{ path: '', id: next.id }], { links: ['hardlink'] })
  expect(statSync(disk.data)).toMatchObject({ nlink: 2 })
})

test('a file takes the place of a folder, and the other way round', async () => {
  const [{ id }] = stored({ x: 'file' }) as unknown as [{ id: ObjectId }]
  await checkOut(stored({ 'a/b': 'one', c: 'two' }))
  await checkOut([{ path: '', id }])
  expect(readFileSync(disk.data, 'utf8')).toBe('file')
  await checkOut(stored({ 'a/b': 'one' }))
  expect(filesIn(disk.data)).toEqual({ 'a/b': 'one' })
  await checkOut(stored({ a: 'two', 'b/a': 'one' }))
  expect(filesIn(disk.data)).toEqual({ a: 'two', 'b/a': 'one' })
})

test('an output of which nothing is wanted goes, unless it is an empty folder', async () => {
  await checkOut(stored({ 'a/b': 'one' }))
  await checkOut([])
  expect(existsSync(disk.data)).toBe(false)
  await checkOut([], { emptyFolder: true })
  expect(readdirSync(disk.data)).toEqual([])
  await checkOut(stored({ 'a/b': 'one' }))
  await checkOut([], { emptyFolder: true })
  expect(readdirSync(disk.data)).toEqual([])
})

test('folders that hold what is not tracked stay', async () => {
  await checkOut(stored({ 'a/b': 'one', 'c/d': 'two' }))
  mkdirSync(join(disk.data, 'a/mine'))
  await checkOut(stored({ e: 'three' }))
  expect(readdirSync(disk.data).sort()).toEqual(['a', 'e'])
})

test('part of an output: the rest is remembered as it was', async () => {
  await checkOut(stored({ 'a/b': 'one', 'c/d': 'two' }))
  const place = disk.place()
  await takeSnapshot(place, disk.context)
  const plan = planCheckout(stored({ 'a/b': 'one' }), stored({ 'a/b': 'ONE' }), { isSaved: () => true })
  await applyCheckout(plan, place, { cache: disk.cache, links: ['copy'] }, disk.context)
  disk.events.length = 0
  expect(await takeSnapshot(disk.place(), disk.context)).toMatchObject({ tree: stored({ 'a/b': 'ONE', 'c/d': 'two' }) })
  expect(disk.work('hashing')).toBe(0)
})

describe('objects', () => {
  test('that are missing are named; the others are made', async () => {
    const tree = stored({ a: 'one', b: 'two' })
    disk.cache.setAside(md5('one'))
    expect(await checkOut(tree)).toEqual({ ...none, created: 1, missing: [{ path: 'a', id: md5('one') }] })
    expect(filesIn(disk.data)).toEqual({ b: 'two' })
  })

  test('that are damaged are set aside and never used, whatever their mode', async () => {
    const tree = stored({ a: 'one', b: 'two', c: 'ONE' })
    await checkOut(stored({ a: 'old', c: 'old' }))
    for (const content of ['one', 'ONE']) {
      chmodSync(object(content), 0o644)
      writeFileSync(object(content), 'bad')
    }
    chmodSync(object('one'), 0o444)
    const result = await checkOut(tree)
    expect(result).toMatchObject({ created: 1, replaced: 0, missing: [] })
    expect(result.damaged.map(({ id }) => id)).toEqual([md5('one'), md5('ONE')])
    expect(result.damaged.map(({ movedTo }) => readFileSync(movedTo, 'utf8'))).toEqual(['bad', 'bad'])
    expect(filesIn(disk.data)).toEqual({ a: 'old', b: 'two', c: 'old' })
    expect(existsSync(object('one'))).toBe(false)
  })

  test('with the right hash and another mode are used, and get the mode', async () => {
    const tree = stored({ a: 'one' })
    chmodSync(object('one'), 0o644)
    expect(await checkOut(tree)).toEqual({ ...none, created: 1 })
    expect(statSync(object('one')).mode & 0o777).toBe(0o444)
  })

  test('changed through a hard link are found by their stamp', async () => {
    const tree = stored({ a: 'one', b: 'two' })
    await checkOut(tree, { links: ['hardlink'] })
    chmodSync(join(disk.data, 'a'), 0o644)
    appendFileSync(join(disk.data, 'a'), '!')
    chmodSync(join(disk.data, 'a'), 0o444)
    const result = await checkOut(tree, { links: ['hardlink'] })
    expect(result.damaged.map(({ id }) => id)).toEqual([md5('one')])
    expect(filesIn(disk.data)).toEqual({ a: 'one!', b: 'two' })
  })
})

describe('nothing of the user is lost', () => {
  test('a file changed after the plan is neither replaced nor removed', async () => {
    await checkOut(stored({ a: 'one', b: 'two' }))
    await letClockTick()
    const change = (path: string) => () => writeFileSync(join(disk.data, path), 'mine')
    await expect(checkOut(stored({ a: 'ONE', b: 'two' }), { meanwhile: change('a') })).rejects.toMatchObject({ code: 'unsaved-files' })
    expect(readFileSync(join(disk.data, 'a'), 'utf8')).toBe('mine')
    await expect(checkOut(stored({ a: 'mine' }), { meanwhile: change('b') })).rejects.toMatchObject({ code: 'unsaved-files' })
    expect(filesIn(disk.data)).toEqual({ a: 'mine', b: 'mine' })
  })

  test.each(kinds)('a file that came into being after the plan stays (%s)', async (...links) => {
    await expect(checkOut(stored({ a: 'one' }), { links, meanwhile: () => disk.write({ a: 'mine' }) })).rejects.toMatchObject({
      code: 'unsaved-files',
      message: expect.stringContaining('is in the way'),
    })
    expect(filesIn(disk.data)).toEqual({ a: 'mine' })
    expect(await checkOut(stored({ b: 'two' }), { links, meanwhile: () => disk.write({ b: 'two' }) })).toMatchObject({ created: 1 })
  })

  test('a file that .dvcignore hides is not written over', async () => {
    disk.write({ 'x.log': 'mine' })
    writeFileSync(join(disk.root, '.dvcignore'), '*.log\n')
    await expect(checkOut(stored({ 'x.log': 'theirs' }))).rejects.toMatchObject({ code: 'unsaved-files' })
    expect(filesIn(disk.data)).toEqual({ 'x.log': 'mine' })
  })

  test.each(kinds)('nothing is written through a symlink in the output (%s)', async (...links) => {
    disk.write({ b: 'x' })
    mkdirSync(join(disk.root, 'outside'))
    symlinkSync('../outside', join(disk.data, 'a'))
    await expect(checkOut(stored({ 'a/c': 'one', b: 'x' }), { links })).rejects.toMatchObject({ code: 'checkout-failed' })
    await expect(checkOut(stored({ a: 'one', b: 'x' }), { links })).rejects.toMatchObject({ code: 'checkout-failed' })
    expect(readdirSync(join(disk.root, 'outside'))).toEqual([])
    expect(lstatSync(join(disk.data, 'a')).isSymbolicLink()).toBe(true)
  })

  test('a symlink above the output may lead to a place in the repository, not out of it or into .git and .dvc', async () => {
    const elsewhere = makeOutputOnDisk()
    for (const [target, fails] of [
      ['inside', false],
      [elsewhere.root, true],
      ['.dvc', true],
      ['.git', true],
      ['..', true],
    ] as const) {
      mkdirSync(join(disk.root, 'inside'), { recursive: true })
      mkdirSync(join(disk.root, '.git'), { recursive: true })
      rmSync(join(disk.root, 'link'), { force: true })
      symlinkSync(target, join(disk.root, 'link'))
      const place = { ...disk.place(), path: join(disk.root, 'link', 'out') }
      const plan = planCheckout([], stored({ a: 'one' }), { isSaved: () => true })
      const done = applyCheckout(plan, place, { cache: disk.cache, links: ['copy'] }, disk.context)
      if (fails) await expect(done).rejects.toMatchObject({ code: 'checkout-failed' })
      else await done
    }
    unlinkSync(join(disk.root, 'link'))
    expect(filesIn(join(disk.root, 'inside'))).toEqual({ 'out/a': 'one' })
    expect(readdirSync(elsewhere.root)).toEqual(['.dvc'])
    elsewhere.remove()
  })

  test('a folder swapped for a symlink after the plan: nothing is removed behind it', async () => {
    await checkOut(stored({ 'a/b': 'one', c: 'two' }))
    const outside = join(disk.root, 'outside')
    const swap = (): void => {
      renameSync(join(disk.data, 'a'), outside)
      symlinkSync('../outside', join(disk.data, 'a'))
    }
    await expect(checkOut(stored({ c: 'two' }), { meanwhile: swap })).rejects.toMatchObject({ code: 'checkout-failed' })
    expect(filesIn(outside)).toEqual({ b: 'one' })
  })
})

test('stopped in the middle, the same checkout goes on', async () => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`f${at}`, `content ${at}`]))
  const tree = stored(files)
  const plan = planCheckout([], tree, { isSaved: () => true })
  const context = { ...disk.context, report: () => disk.abort() }
  await expect(applyCheckout(plan, disk.place(), { cache: disk.cache, links: ['copy'] }, context)).rejects.toMatchObject({
    code: 'interrupted',
  })
  expect(readdirSync(disk.data).filter(name => name.startsWith('.'))).toEqual([])
  const again = { ...disk.context, signal: new AbortController().signal }
  const current = treeOf(await takeSnapshot(disk.place(), again))
  await applyCheckout(planCheckout(current, tree, { isSaved: () => true }), disk.place(), { cache: disk.cache, links: ['copy'] }, again)
  expect(filesIn(disk.data)).toEqual(files)
})

test('what a killed checkout left is swept by the next look at the folder', async () => {
  await checkOut(stored({ a: 'one' }))
  const left = join(disk.data, '.dv-1-0123456789ab-0.tmp')
  writeFileSync(left, 'half')
  utimesSync(left, 1, 1)
  expect(await takeSnapshot(disk.place(), disk.context)).toMatchObject({ tree: [{ path: 'a' }] })
  expect(existsSync(left)).toBe(false)
})
