import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DvError } from '../../src/base/error.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { ObjectStore } from '../../src/store/object-store.ts'
import { planSend, type SendPlan } from '../../src/transfer/plan-send.ts'
import type { TransferRequest } from '../../src/transfer/request.ts'
import { sendObjects } from '../../src/transfer/send.ts'
import type { TransferResult } from '../../src/transfer/tally.ts'
import { openFaultyStore } from '../doubles/faulty-store.ts'
import { openLateStore } from '../doubles/late-store.ts'
import { idOf, openEnds, putTree, requestOf, type TestEnds, treeBytes, treeIdOf } from './ends.ts'

let ends: TestEnds
beforeEach(() => {
  ends = openEnds()
})
afterEach(() => ends.cleanUp())

const push = async (request: TransferRequest, remote: ObjectStore = ends.remote): Promise<TransferResult & { plan: SendPlan }> => {
  const plan = await planSend(request, { ...ends, remote }, ends.context)
  return { plan, ...(await sendObjects(plan, { ...ends, remote }, {}, ends.context)) }
}
const written = (): string[] => ends.remote.calls.filter(call => call.startsWith('write')).map(call => call.slice(6))
const unavailable = new DvError('store-unavailable', 'the store does not answer')

describe('a first push', () => {
  test('sends the files largest first, then their tree', async () => {
    const names = ['a', 'largest of all', 'larger']
    const tree = putTree(ends.cache, ...names)
    const remote = { ...ends.remote, concurrency: 1 }
    const result = await push(requestOf([names]), remote)
    expect(written()).toEqual([idOf('largest of all'), idOf('larger'), idOf('a'), tree])
    expect(result).toMatchObject({ moved: 4, failed: [], absent: [], withheld: [], bytes: 21 + treeBytes(...names).length })
    expect(result.plan).toMatchObject({ present: 0, bytes: result.bytes })
    const advanced = ends.events.filter(event => event.type === 'advance')
    expect(advanced.reduce((sum, event) => sum + event.bytes, 0)).toBe(result.bytes)
    expect(ends.events).toContainEqual({ type: 'phase', name: 'Sending', items: 4, bytes: result.bytes })
  })

  test('an object of several trees and outputs travels once', async () => {
    putTree(ends.cache, 'a', 'b')
    putTree(ends.cache, 'b', 'c')
    const result = await push(
      requestOf(
        [
          ['a', 'b'],
          ['b', 'c'],
        ],
        ['b', 'a'],
      ),
    )
    expect(result.moved).toBe(5)
    expect(written().sort()).toEqual([idOf('a'), idOf('b'), idOf('c'), treeIdOf('a', 'b'), treeIdOf('b', 'c')].sort())
  })

  test('a tree that came into the cache after the request was made is not sent without its files', async () => {
    const tree = putTree(ends.cache, 'a', 'b')
    const result = await push({ trees: new Map([[tree, []]]), files: new Set() })
    expect(result).toMatchObject({ moved: 0, absent: [tree] })
    expect(written()).toEqual([])
  })

  test('a tree of no files, and one that lists a file twice', async () => {
    putTree(ends.cache)
    putTree(ends.cache, 'a')
    const twice = {
      trees: new Map([
        [treeIdOf(), []],
        [treeIdOf('a'), [idOf('a'), idOf('a')]],
      ]),
      files: new Set<ObjectId>(),
    }
    expect((await push(twice)).moved).toBe(3)
  })
})

describe('the number of questions', () => {
  test('a second push of one tree is one question for one id', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    await push(requestOf([['a', 'b', 'c']]))
    ends.remote.calls.length = 0
    expect(await push(requestOf([['a', 'b', 'c']]))).toMatchObject({ moved: 0, plan: { present: 4, bytes: 0, trees: [], files: [] } })
    expect(ends.remote.calls).toEqual(['has 1'])
  })

  test('all trees and single files are asked for together', async () => {
    putTree(ends.cache, 'a')
    putTree(ends.cache, 'b')
    ends.cache.put(idOf('c'), Buffer.from('c'))
    const request = requestOf([['a'], ['b']], ['c'])
    await push(request)
    ends.remote.calls.length = 0
    await push(request)
    expect(ends.remote.calls).toEqual(['has 3'])
  })

  test('one changed file: the new file and the old tree are asked for, file and tree are sent, the old tree is asked for again before', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    await push(requestOf([['a', 'b', 'c']]))
    ends.known.flush()
    ends.remote.calls.length = 0
    putTree(ends.cache, 'a', 'b', 'changed')
    expect(await push(requestOf([['a', 'b', 'changed']]))).toMatchObject({ moved: 2, plan: { present: 2 } })
    expect(ends.remote.calls).toEqual(['has 1', 'has 2', `write ${idOf('changed')}`, 'has 1', `write ${treeIdOf('a', 'b', 'changed')}`])
  })

  test('a tree that is there proves files that another tree of the same request shares', async () => {
    putTree(ends.cache, 'a', 'b')
    await push(requestOf([['a', 'b']]))
    ends.known.clear()
    ends.remote.calls.length = 0
    putTree(ends.cache, 'a', 'b', 'c')
    await push(
      requestOf([
        ['a', 'b'],
        ['a', 'b', 'c'],
      ]),
    )
    expect(ends.remote.calls).toEqual(['has 2', 'has 1', `write ${idOf('c')}`, 'has 1', `write ${treeIdOf('a', 'b', 'c')}`])
  })
})

describe('what failed', () => {
  test('a fault that stays on one file: the others are sent, the tree is not, other trees do not wait', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    putTree(ends.cache, ...names)
    putTree(ends.cache, 'other')
    const faulty = openFaultyStore(ends.remote, [{ on: 'write', id: idOf('c'), error: unavailable }])
    const result = await push(requestOf([names, ['other']]), faulty)
    expect(result).toMatchObject({ moved: 6, failed: [{ id: idOf('c'), error: unavailable }], withheld: [treeIdOf(...names)] })
    expect(ends.remote.objects.has(treeIdOf(...names))).toBe(false)
    expect(ends.remote.objects.has(treeIdOf('other'))).toBe(true)
    expect(faulty.faultsLeft()).toEqual([])
    expect(await push(requestOf([names, ['other']]))).toMatchObject({ moved: 2, failed: [] })
    expect(ends.remote.objects.size).toBe(8)
  })

  test('when nothing works it stops after a handful and says why', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `file ${at}`)
    putTree(ends.cache, ...names)
    const denied = new DvError('access-denied', 'no permission to write')
    const faulty = openFaultyStore(ends.remote, [{ on: 'write', error: denied }])
    await expect(push(requestOf([names]), { ...faulty, concurrency: 1 })).rejects.toBe(denied)
    expect(written()).toEqual([])
    await expect(push(requestOf([], ['file 1']), faulty)).rejects.toBe(denied)
  })

  test('a full disk stops it at once', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    const full = new DvError('disk-full', 'the disk is full')
    const faulty = openFaultyStore({ ...ends.remote, concurrency: 1 }, [{ on: 'write', after: 1, error: full }])
    await expect(push(requestOf([['a', 'b', 'c']]), faulty)).rejects.toBe(full)
    expect(written().length).toBe(1)
  })

  test('an error that is none of ours is a bug and is thrown', async () => {
    putTree(ends.cache, 'a', 'b')
    const bug = new TypeError('undefined is not a function')
    await expect(push(requestOf([['a', 'b']]), openFaultyStore(ends.remote, [{ on: 'write', times: 1, error: bug }]))).rejects.toBe(bug)
  })

  test('an abort ends it as "interrupted", and the same push goes on', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    const stopped = openFaultyStore({ ...ends.remote, concurrency: 1 }, [{ on: 'write', after: 1, delay: async () => ends.abort() }])
    await expect(push(requestOf([['a', 'b', 'c']]), stopped)).rejects.toMatchObject({ code: 'interrupted' })
    expect(ends.remote.objects.has(treeIdOf('a', 'b', 'c'))).toBe(false)
    expect(stopped.faultsLeft()).toEqual([])
    const again = { ...ends.context, signal: new AbortController().signal }
    const plan = await planSend(requestOf([['a', 'b', 'c']]), ends, again)
    expect(await sendObjects(plan, ends, { jobs: 1 }, again)).toMatchObject({ moved: 3 })
  })

  test('an object that is damaged in the cache is named and not sent', async () => {
    putTree(ends.cache, 'a', 'b')
    chmodSync(ends.cache.pathOf(idOf('b')), 0o644)
    writeFileSync(ends.cache.pathOf(idOf('b')), 'x')
    const result = await push(requestOf([['a', 'b']]))
    expect(result).toMatchObject({
      moved: 1,
      failed: [{ id: idOf('b'), error: { code: 'object-corrupt', message: expect.stringContaining(idOf('b')) } }],
    })
    expect([...ends.remote.objects.keys()]).toEqual([idOf('a')])
    expect(existsSync(ends.cache.pathOf(idOf('b')))).toBe(false)
  })
})

describe('what is in neither place', () => {
  test('is named; the rest of its tree goes, the tree does not', async () => {
    putTree(ends.cache, 'a', 'b')
    rmSync(ends.cache.pathOf(idOf('b')))
    const result = await push(requestOf([['a', 'b'], ['tree that nobody has']], ['single']))
    expect(result.moved).toBe(1)
    expect([...result.absent].sort()).toEqual([idOf('b'), idOf('single'), treeIdOf('tree that nobody has')].sort())
    expect(result.withheld).toEqual([treeIdOf('a', 'b')])
    expect(result.plan.trees).toMatchObject([{ id: treeIdOf('a', 'b'), missing: [idOf('a')], absent: [idOf('b')] }])
    expect(result.plan.bytes).toBe(1)
  })

  test('what goes from the cache between plan and send is absent, too', async () => {
    putTree(ends.cache, 'a', 'b')
    const plan = await planSend(requestOf([['a', 'b']]), ends, ends.context)
    rmSync(ends.cache.pathOf(idOf('b')))
    expect(await sendObjects(plan, ends, {}, ends.context)).toMatchObject({ moved: 1, absent: [idOf('b')], failed: [] })
  })
})

describe('a colleague who cleans up the remote', () => {
  test('between two pushes: what was learnt is dropped, all is sent again', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    await push(requestOf([['a', 'b', 'c']]))
    ends.remote.objects.clear()
    putTree(ends.cache, 'a', 'b', 'd')
    expect((await push(requestOf([['a', 'b', 'd']]))).moved).toBe(4)
    expect(ends.known.hasTree(treeIdOf('a', 'b', 'c'))).toBe(false)
  })

  test('a remembered tree that has vanished makes all that was learnt worth nothing', async () => {
    putTree(ends.cache, 'a', 'b')
    putTree(ends.cache, 'c', 'd')
    await push(
      requestOf([
        ['a', 'b'],
        ['c', 'd'],
      ]),
    )
    ends.remote.objects.clear()
    ends.remote.calls.length = 0
    const plan = await planSend(requestOf([['a', 'b']]), ends, ends.context)
    expect(ends.remote.calls).toEqual(['has 1', 'has 2'])
    expect(plan.trees).toMatchObject([{ missing: [idOf('a'), idOf('b')], promises: [] }])
    expect(ends.known.hasTree(treeIdOf('c', 'd'))).toBe(false)
  })

  test('between plan and send: the promise is asked for again, and what went is sent', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    await push(requestOf([['a', 'b', 'c']]))
    putTree(ends.cache, 'a', 'b', 'd')
    const plan = await planSend(requestOf([['a', 'b', 'd']]), ends, ends.context)
    expect(plan.trees).toMatchObject([{ missing: [idOf('d')], promises: [treeIdOf('a', 'b', 'c')] }])
    ends.remote.objects.delete(treeIdOf('a', 'b', 'c'))
    ends.remote.objects.delete(idOf('b'))
    expect(await sendObjects(plan, ends, {}, ends.context)).toMatchObject({ moved: 3, failed: [] })
    expect([...ends.remote.objects.keys()].sort()).toEqual([idOf('a'), idOf('b'), idOf('c'), idOf('d'), treeIdOf('a', 'b', 'd')].sort())
  })

  test('and what went is not in the cache either: the tree is withheld', async () => {
    putTree(ends.cache, 'a', 'b', 'c')
    await push(requestOf([['a', 'b', 'c']]))
    putTree(ends.cache, 'a', 'b', 'd')
    const plan = await planSend(requestOf([['a', 'b', 'd']]), ends, ends.context)
    ends.remote.objects.clear()
    rmSync(ends.cache.pathOf(idOf('b')))
    expect(await sendObjects(plan, ends, {}, ends.context)).toMatchObject({
      moved: 2,
      absent: [idOf('b')],
      withheld: [treeIdOf('a', 'b', 'd')],
    })
    expect(ends.remote.objects.has(treeIdOf('a', 'b', 'd'))).toBe(false)
  })

  test('a store that answers from the past is found out before the tree is written', async () => {
    putTree(ends.cache, 'a', 'b')
    putTree(ends.cache, 'a', 'b', 'c')
    const late = openLateStore(ends.remote, [treeIdOf('a', 'b')])
    const both = requestOf([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ])
    const plan = await planSend(both, { ...ends, remote: late }, ends.context)
    expect(plan.present).toBe(3)
    late.settle()
    await sendObjects(plan, { ...ends, remote: late }, {}, ends.context)
    expect([...ends.remote.objects.keys()].sort()).toEqual([idOf('a'), idOf('b'), idOf('c'), treeIdOf('a', 'b', 'c')].sort())
    expect((await push(both)).moved).toBe(1)
  })
})
