import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { compareWithRemote } from '../../src/transfer/compare.ts'
import { idOf, openEnds, putTree, requestOf, type TestEnds, treeBytes, treeIdOf } from './ends.ts'

let ends: TestEnds
beforeEach(() => {
  ends = openEnds()
})
afterEach(() => ends.cleanUp())

test('each object is new, only on the remote, missing, or shared', async () => {
  putTree(ends.cache, 'shared', 'new')
  ends.remote.objects.set(idOf('shared'), Buffer.from('shared'))
  ends.remote.objects.set(idOf('theirs'), Buffer.from('theirs'))
  const result = await compareWithRemote(requestOf([['shared', 'new']], ['theirs', 'nowhere']), ends, ends.context)
  expect(result).toEqual({
    newHere: new Set([treeIdOf('shared', 'new'), idOf('new')]),
    onlyRemote: new Set([idOf('theirs')]),
    missing: new Set([idOf('nowhere')]),
  })
})

test('a tree on the remote stands for its files, which are not asked for', async () => {
  putTree(ends.cache, 'a', 'b')
  rmSync(ends.cache.pathOf(idOf('b')))
  ends.remote.objects.set(treeIdOf('a', 'b'), treeBytes('a', 'b'))
  const result = await compareWithRemote(requestOf([['a', 'b']]), ends, ends.context)
  expect(result).toEqual({ newHere: new Set(), onlyRemote: new Set([idOf('b')]), missing: new Set() })
  expect(ends.remote.calls).toEqual(['has 1'])
})
