import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { printTree, treeId } from '../../src/format/tree.ts'
import { hasId, takeSnapshot } from '../../src/workspace/snapshot.ts'
import { letClockTick, makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

let disk: OutputOnDisk
beforeEach(() => {
  disk = makeOutputOnDisk()
})
afterEach(() => disk.remove())

const snap = () => takeSnapshot(disk.place(), disk.context)

test('a folder, a file, nothing', async () => {
  expect(await snap()).toEqual({ kind: 'absent' })
  disk.write({ b: 'two', 'a/x': 'one' })
  const tree = [
    { path: 'a/x', id: md5('one') },
    { path: 'b', id: md5('two') },
  ]
  const snapshot = await snap()
  expect(snapshot).toEqual({ kind: 'folder', id: treeId(printTree(tree)), size: 6, tree })
  const file = { ...disk.place(), path: join(disk.data, 'b') }
  expect(await takeSnapshot(file, disk.context)).toEqual({ kind: 'file', id: md5('two'), size: 3, executable: false })
  chmodSync(file.path, 0o755)
  expect(await takeSnapshot(file, disk.context)).toMatchObject({ executable: true })
})

test('an empty folder is an empty tree', async () => {
  disk.write({ 'x/y': '' })
  unlinkSync(join(disk.data, 'x/y'))
  expect(await snap()).toEqual({ kind: 'folder', id: 'd751713988987e9331980363e24189ce.dir', size: 0, tree: [] })
})

test('a changed folder is known to be another before its id is made, and gets it when asked, or the next time', async () => {
  disk.write({ a: 'one' })
  const before = await snap()
  if (before.kind !== 'folder') throw new Error('a folder was expected')
  expect(hasId(before, before.id)).toBe(true)
  await letClockTick()
  disk.write({ a: 'two' })
  const changed = await snap()
  if (changed.kind !== 'folder') throw new Error('a folder was expected')
  expect(changed.formerId).toBe(before.id)
  expect(hasId(changed, before.id)).toBe(false)
  const now = treeId(printTree([{ path: 'a', id: md5('two') }]))
  expect(changed.id).toBe(now)
  expect(hasId(changed, now)).toBe(true)
  expect(await snap()).toMatchObject({ id: now, formerId: undefined })
  await letClockTick()
  disk.write({ a: 'two' })
  expect(await snap()).toMatchObject({ id: now, formerId: undefined })
  await letClockTick()
  disk.write({ b: 'three' })
  expect(await snap()).toMatchObject({ formerId: now, tree: [{ path: 'a' }, { path: 'b' }] })
})

describe('the second snapshot', () => {
  beforeEach(async () => {
    disk.write({ a: 'one', 'b/c': 'two', d: 'three' })
    await letClockTick()
    await snap()
    disk.events.length = 0
  })

  test('hashes nothing', async () => {
    expect(await snap()).toMatchObject({ kind: 'folder', size: 11 })
    expect(disk.work('hashing')).toBe(0)
  })

  test('hashes what changed, and only that', async () => {
    appendFileSync(join(disk.data, 'b/c'), '!')
    disk.write({ '0-new': 'new' })
    unlinkSync(join(disk.data, 'a'))
    expect(await snap()).toMatchObject({
      tree: [
        { path: '0-new', id: md5('new') },
        { path: 'b/c', id: md5('two!') },
        { path: 'd', id: md5('three') },
      ],
    })
    expect(disk.work('hashing')).toBe(2)
  })

  test('sees an edit that kept size and mtime, to the ns', async () => {
    const path = join(disk.data, 'a')
    execFileSync('cp', ['-p', path, join(disk.root, 'before')])
    writeFileSync(path, 'ONE')
    execFileSync('touch', ['-r', join(disk.root, 'before'), path])
    expect(lstatSync(path, { bigint: true }).mtimeNs).toBe(lstatSync(join(disk.root, 'before'), { bigint: true }).mtimeNs)
    expect(await snap()).toMatchObject({ tree: expect.arrayContaining([{ path: 'a', id: md5('ONE') }]) })
  })

  test('sees two files that changed places', async () => {
    disk.write({ e: 'ten' })
    utimesSync(join(disk.data, 'a'), 1, 1)
    utimesSync(join(disk.data, 'e'), 1, 1)
    await letClockTick()
    await snap()
    renameSync(join(disk.data, 'a'), join(disk.data, 'x'))
    renameSync(join(disk.data, 'e'), join(disk.data, 'a'))
    renameSync(join(disk.data, 'x'), join(disk.data, 'e'))
    expect(await snap()).toMatchObject({
      tree: expect.arrayContaining([
        { path: 'a', id: md5('ten') },
        { path: 'e', id: md5('one') },
      ]),
    })
  })

  test('a further name of a file changes nothing of it', async () => {
    linkSync(join(disk.data, 'a'), join(disk.root, 'other'))
    await snap()
    disk.events.length = 0
    linkSync(join(disk.data, 'a'), join(disk.root, 'third'))
    await snap()
    expect(disk.work('hashing')).toBe(0)
  })

  test('what was remembered for one kind of hash is not used for the other', async () => {
    await takeSnapshot(disk.place('md5-dos2unix'), disk.context)
    expect(disk.work('hashing')).toBe(3)
  })
})

test('a file that is not older than the scan is hashed again each time', async () => {
  disk.write({ a: 'one', b: 'two' })
  utimesSync(join(disk.data, 'a'), new Date(), new Date(Date.now() + 3_600_000))
  await letClockTick()
  await snap()
  disk.events.length = 0
  await snap()
  expect(disk.work('hashing')).toBe(1)
})

test('a file as young as the scan is seen when it changes within one tick of the clock', async () => {
  for (let round = 0; round < 20; round++) {
    disk.write({ a: 'one' })
    await snap()
    disk.write({ a: 'ONE' })
    expect(await snap()).toMatchObject({ tree: [{ path: 'a', id: md5('ONE') }] })
  }
})

test('a symlink is the file that it leads to, and a change of that is seen', async () => {
  disk.write({ real: 'one' })
  writeFileSync(join(disk.root, 'outside'), 'out')
  symlinkSync('../outside', join(disk.data, 'link'))
  expect(await snap()).toMatchObject({ tree: [{ path: 'link', id: md5('out') }, { path: 'real' }] })
  await letClockTick()
  await snap()
  writeFileSync(join(disk.root, 'outside'), 'OUT')
  expect(await snap()).toMatchObject({ tree: [{ path: 'link', id: md5('OUT') }, { path: 'real' }] })
})

describe('an output of DVC 2', () => {
  const legacy = () => disk.place('md5-dos2unix')
  // DVC 2 looks at the first 1 MiB only and finds text; DVC 3 finds the second to be binary and leaves its CRLF alone.
  const mixed = Buffer.concat([Buffer.alloc(1 << 20, 'a'), Buffer.alloc(600, 0), Buffer.from('\r\n')])
  const older = md5(Buffer.concat([mixed.subarray(0, -2), Buffer.from('\n')]))

  test('text is hashed with LF', async () => {
    disk.write({ a: 'x\r\ny\r\n' })
    expect(await takeSnapshot(legacy(), disk.context)).toMatchObject({ tree: [{ path: 'a', id: md5('x\ny\n') }] })
  })

  test('either variant is accepted when it is the one expected', async () => {
    disk.write({ big: mixed })
    await letClockTick()
    const tree = (id: ObjectId) => [{ path: 'big', id }]
    expect(await takeSnapshot(legacy(), disk.context)).toMatchObject({ tree: tree(md5(mixed)) })
    expect(await takeSnapshot(legacy(), disk.context, { id: treeId(printTree(tree(older))), tree: tree(older) })).toMatchObject({
      tree: tree(older),
    })
    expect(await takeSnapshot(legacy(), disk.context, { id: treeId(printTree(tree(md5(mixed)))), tree: tree(md5(mixed)) })).toMatchObject({
      tree: tree(md5(mixed)),
    })
    const file = { ...legacy(), path: join(disk.data, 'big') }
    expect(await takeSnapshot(file, disk.context, { id: older })).toMatchObject({ id: older })
  })
})

test('stops when it is told to, and remembers nothing half', async () => {
  disk.write({ a: 'one' })
  disk.abort()
  await expect(snap()).rejects.toMatchObject({ code: 'interrupted' })
  expect(() => readFileSync(join(disk.root, '.dvc/tmp/dv/index'))).toThrow('ENOENT')
})
