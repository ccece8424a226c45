import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareCodePoints } from '../../src/base/code-points.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { Tree } from '../../src/format/tree.ts'
import { treesApart } from '../../src/format/trees-apart.ts'

const treeOf = (files: Readonly<Record<string, string>>): Tree =>
  Object.entries(files)
    .map(([path, content]) => ({ path, id: content.padEnd(32, '0') as ObjectId }))
    .sort((a, b) => compareCodePoints(a.path, b.path))

test('what is the same goes, what differs stays on both sides', () => {
  const [before, after] = treesApart(treeOf({ a: '1', b: '2', c: '3' }), treeOf({ a: '1', b: '4', d: '3' }))
  expect(before).toEqual(treeOf({ b: '2', c: '3' }))
  expect(after).toEqual(treeOf({ b: '4', d: '3' }))
})

test('of any two trees each keeps exactly what the other does not have', () => {
  const anyTree = fc
    .dictionary(fc.constantFrom('a', 'a-b', 'a/b', 'é', '\ue000', '\u{1f600}', '\u{1f600}/x'), fc.constantFrom('1', '2'))
    .map(treeOf)
  fc.assert(
    fc.property(anyTree, anyTree, (a, b) => {
      const without = (these: Tree, those: Tree): Tree =>
        these.filter(({ path, id }) => !those.some(other => other.path === path && other.id === id))
      expect(treesApart(a, b)).toEqual([without(a, b), without(b, a)])
    }),
  )
})
