import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openKnownObjects } from '../../src/transfer/known-objects.ts'
import { idOf, treeIdOf } from './ends.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-known-'))
  file = join(folder, 'remotes/lab')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const many = Array.from({ length: 3_000 }, (_, at) => idOf(`${at}`))

test('the latest tree promises; what was flushed is known in the next run', () => {
  const known = openKnownObjects(file)
  known.addTree(treeIdOf('one'), many)
  known.addTree(treeIdOf('two'), many.slice(0, 2_000))
  known.flush()
  const again = openKnownObjects(file)
  expect([again.hasTree(treeIdOf('one')), again.hasTree(treeIdOf('two')), again.hasTree(treeIdOf('three'))]).toEqual([true, true, false])
  for (const [at, id] of many.entries()) expect([at, again.promiseOf(id)]).toEqual([at, treeIdOf(at < 2_000 ? 'two' : 'one')])
  expect(again.promiseOf(idOf('unknown'))).toBeUndefined()
  again.addTree(treeIdOf('three'), [idOf('unknown')])
  again.flush()
  expect(openKnownObjects(file).promiseOf(idOf('unknown'))).toBe(treeIdOf('three'))
})

test('what was cleared stays cleared', () => {
  const known = openKnownObjects(file)
  known.addTree(treeIdOf('one'), many)
  known.flush()
  known.clear()
  expect(known.hasTree(treeIdOf('one'))).toBe(false)
  known.flush()
  expect(openKnownObjects(file).promiseOf(many[0] as (typeof many)[0])).toBeUndefined()
})

test('a torn file counts as none', () => {
  const known = openKnownObjects(file)
  known.addTree(treeIdOf('one'), many)
  known.flush()
  writeFileSync(file, readFileSync(file).subarray(0, 5_000))
  expect(openKnownObjects(file).hasTree(treeIdOf('one'))).toBe(false)
})
