import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareCodePoints } from '../../src/base/code-points.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { Tree } from '../../src/format/tree.ts'
import { planCheckout, treeOf } from '../../src/workspace/checkout-plan.ts'

const tree = (files: Record<string, string>): Tree =>
  Object.entries(files)
    .map(([path, id]) => ({ path, id: id as ObjectId }))
    .sort((a, b) => compareCodePoints(a.path, b.path))

test('create, replace, remove, and what would be lost', () => {
  const plan = planCheckout(tree({ a: '1', b: '2', c: '3', e: '5' }), tree({ a: '1', b: 'x', d: '4' }), { isSaved: id => id === '3' })
  expect(plan).toEqual({ create: tree({ d: '4' }), replace: tree({ b: 'x' }), remove: ['c', 'e'], unsaved: ['b', 'e'], relink: [] })
})

test('relink names what is as wanted', () => {
  const files = tree({ a: '1', b: '2' })
  expect(planCheckout(files, files, { isSaved: () => true, relink: true })).toEqual({
    create: [],
    replace: [],
    remove: [],
    unsaved: [],
    relink: files,
  })
})

test('a file in the place of a folder', () => {
  expect(planCheckout(tree({ '': '1' }), tree({ a: '2' }), { isSaved: () => true })).toMatchObject({
    create: tree({ a: '2' }),
    remove: [''],
  })
})

describe('properties', () => {
  const anyTree = fc
    .dictionary(
      fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '/', '.', '\ue000', '😀') }),
      fc.constantFrom('1', '2', '3'),
    )
    .map(tree)

  test('current - remove - replace + replace + create = wanted; nothing is left to do then', () => {
    fc.assert(
      fc.property(anyTree, anyTree, (current, wanted) => {
        const plan = planCheckout(current, wanted, { isSaved: () => false })
        const result = new Map(current.map(entry => [entry.path, entry.id]))
        for (const path of plan.remove) result.delete(path)
        for (const { path, id } of [...plan.replace, ...plan.create]) result.set(path, id)
        expect([...result].sort(([a], [b]) => compareCodePoints(a, b))).toEqual(wanted.map(entry => [entry.path, entry.id]))
        expect(plan.unsaved).toHaveLength(plan.remove.length + plan.replace.length)
      }),
    )
  })
})

test('treeOf', () => {
  expect(treeOf({ kind: 'absent' })).toEqual([])
  expect(treeOf({ kind: 'file', id: '1' as ObjectId, size: 0, executable: false })).toEqual([{ path: '', id: '1' }])
})
