import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DvError } from '../../src/base/error.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import { fetchObjects } from '../../src/transfer/fetch.ts'
import { fetchTrees } from '../../src/transfer/fetch-trees.ts'
import { planFetch } from '../../src/transfer/plan-fetch.ts'
import { openFaultyStore } from '../doubles/faulty-store.ts'
import { idOf, openEnds, putTree, type TestEnds, treeBytes, treeIdOf } from './ends.ts'

let ends: TestEnds
beforeEach(() => {
  ends = openEnds()
})
afterEach(() => ends.cleanUp())

const onRemote = (...texts: readonly string[]): void => {
  for (const text of texts) ends.remote.objects.set(idOf(text), Buffer.from(text))
}
const fetchAll = (names: readonly string[], remote = ends.remote as typeof ends.remote, jobs?: number) =>
  fetchObjects(planFetch(new Set(names.map(idOf)), ends.cache), { ...ends, remote }, jobs === undefined ? {} : { jobs }, ends.context)

describe('files', () => {
  test('what the cache lacks is asked for, once, without a question before', async () => {
    onRemote('a', 'b', 'c')
    ends.cache.put(idOf('a'), Buffer.from('a'))
    const plan = planFetch(new Set([idOf('a'), idOf('b'), idOf('c')]), ends.cache)
    expect(plan).toEqual({ files: [idOf('b'), idOf('c')], present: 1 })
    expect(await fetchObjects(plan, ends, {}, ends.context)).toMatchObject({ moved: 2, bytes: 2, failed: [], absent: [] })
    expect(ends.remote.calls).toEqual([`read ${idOf('b')}`, `read ${idOf('c')}`])
    expect(planFetch(new Set([idOf('b'), idOf('c')]), ends.cache).files).toEqual([])
    expect(ends.events.filter(event => event.type === 'advance')).toEqual(Array(2).fill({ type: 'advance', items: 1, bytes: 1 }))
  })

  test('what the remote has not is absent, and no error', async () => {
    onRemote('a')
    expect(await fetchAll(['a', 'nowhere'])).toMatchObject({ moved: 1, absent: [idOf('nowhere')], failed: [] })
  })

  test('a damaged object is named with its remote, the others arrive, and nothing of it is in the cache', async () => {
    onRemote('a', 'b')
    ends.remote.objects.set(idOf('b'), Buffer.from('B'))
    const result = await fetchAll(['a', 'b'])
    expect(result).toMatchObject({
      moved: 1,
      failed: [{ id: idOf('b'), error: { code: 'object-corrupt', message: expect.stringContaining('memory') } }],
    })
    expect(existsSync(ends.cache.pathOf(idOf('b')))).toBe(false)
  })

  test('bytes that change on the way, and a body that ends early, are found out', async () => {
    onRemote('first', 'second', 'third')
    const faulty = openFaultyStore(ends.remote, [
      { on: 'read', id: idOf('first'), change: bytes => Buffer.from(bytes.toString().toUpperCase()) },
      { on: 'read', id: idOf('second'), afterBytes: 3 },
      { on: 'read', id: idOf('third'), afterBytes: 2, error: new DvError('store-unavailable', 'reset') },
    ])
    const result = await fetchObjects(
      planFetch(new Set(['first', 'second', 'third'].map(idOf)), ends.cache),
      { ...ends, remote: faulty },
      {},
      ends.context,
    )
    expect(result.moved).toBe(0)
    expect(result.failed.map(each => (each.error as DvError).code).sort()).toEqual([
      'object-corrupt',
      'object-corrupt',
      'store-unavailable',
    ])
    expect(faulty.faultsLeft()).toEqual([])
    expect(planFetch(new Set(['first', 'second', 'third'].map(idOf)), ends.cache).present).toBe(0)
  })

  test('when the store does not answer at all it stops after a handful', async () => {
    const gone = new DvError('store-unavailable', 'no answer')
    const faulty = openFaultyStore(ends.remote, [{ on: 'read', times: 5, error: gone }])
    const plan = planFetch(new Set(Array.from({ length: 100 }, (_, at) => idOf(`${at}`))), ends.cache)
    await expect(fetchObjects(plan, { ...ends, remote: faulty }, { jobs: 1 }, ends.context)).rejects.toBe(gone)
    expect(faulty.faultsLeft()).toEqual([])
    expect(ends.remote.calls).toEqual([])
  })

  test('never more at a time than asked for', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `${at}`)
    onRemote(...names)
    let running = 0
    let most = 0
    const remote = {
      ...ends.remote,
      read: (async (id, options, consume) => {
        most = Math.max(most, ++running)
        await new Promise(resolve => setTimeout(resolve, 2))
        running--
        return ends.remote.read(id, options, consume)
      }) as typeof ends.remote.read,
    }
    expect((await fetchAll(names, remote, 3)).moved).toBe(30)
    expect(most).toBe(3)
  })

  test('an abort ends it as "interrupted"', async () => {
    onRemote('a', 'b')
    const stopped = openFaultyStore(ends.remote, [{ on: 'read', delay: async () => ends.abort() }])
    const plan = planFetch(new Set([idOf('a'), idOf('b')]), ends.cache)
    await expect(fetchObjects(plan, { ...ends, remote: stopped }, { jobs: 1 }, ends.context)).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('trees', () => {
  const tree = treeIdOf('a', 'b')
  const listed = [
    { path: 'a', id: idOf('a') },
    { path: 'b', id: idOf('b') },
  ]

  test('those of the cache are read, the others are fetched and remembered as promises', async () => {
    const here = putTree(ends.cache, 'x')
    ends.remote.objects.set(tree, treeBytes('a', 'b'))
    const absent = treeIdOf('nowhere')
    const result = await fetchTrees([here, tree, absent], ends, ends.context)
    expect([...result.trees]).toEqual([
      [here, [{ path: 'x', id: idOf('x') }]],
      [tree, listed],
    ])
    expect(result).toMatchObject({ moved: 1, absent: [absent], failed: [] })
    expect([ends.known.hasTree(tree), ends.known.hasTree(here), ends.known.promiseOf(idOf('b'))]).toEqual([true, false, tree])
    expect(ends.remote.calls.some(call => call.startsWith('has'))).toBe(false)
  })

  test('a damaged one is set aside and fetched again', async () => {
    putTree(ends.cache, 'a', 'b')
    ends.remote.objects.set(tree, treeBytes('a', 'b'))
    chmodSync(ends.cache.pathOf(tree), 0o644)
    writeFileSync(ends.cache.pathOf(tree), '[]')
    expect((await fetchTrees([tree], ends, ends.context)).trees.get(tree)).toEqual(listed)
  })

  test('without a remote what is not here is absent', async () => {
    expect(await fetchTrees([tree], { cache: ends.cache }, ends.context)).toMatchObject({ moved: 0, absent: [tree], failed: [] })
  })

  test('one that its maker wrote wrong is a failure of its own', async () => {
    const bad = Buffer.from('[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "../../etc/passwd"}]')
    const { createHash } = await import('node:crypto')
    const id = `${createHash('md5').update(bad).digest('hex')}.dir` as ObjectId
    ends.remote.objects.set(id, bad)
    for (let round = 0; round < 2; round++) {
      const result = await fetchTrees([id], ends, ends.context)
      expect(result).toMatchObject({ failed: [{ id, error: { code: 'bad-pointer' } }], absent: [] })
      expect(result.trees.size).toBe(0)
    }
  })
})
