/** Edits of trees, by example and against the plain way of doing the same on a map. */
import { expect, test } from '@jest/globals'
import { compareCodePoints } from '../../src/base/code-points.ts'
import { parseObjectId } from '../../src/base/object-id.ts'
import type { Tree } from '../../src/format/tree.ts'
import { clashesOf, entriesAt, isFolderIn, putIn, takeOut } from '../../src/format/tree-edit.ts'

const idOf = (digit: string) => parseObjectId(digit.repeat(32))
const treeOf = (paths: readonly string[], digit = 'a'): Tree => [...paths].sort(compareCodePoints).map(path => ({ path, id: idOf(digit) }))
const pathsOf = (tree: Tree): readonly string[] => tree.map(({ path }) => path)

const tree = treeOf(['a-b/x', 'a.txt', 'a/b', 'a/b.c/d', 'a/b!c', 'a0', 'aB', 'ab', '\ufffdx', '\u{1f600}/y'])

test('the entries of a folder, and of nothing else that begins like it', () => {
  expect(pathsOf(entriesAt(tree, 'a'))).toEqual(['a/b', 'a/b!c', 'a/b.c/d'])
  expect(pathsOf(entriesAt(tree, 'a/b'))).toEqual(['a/b'])
  expect(pathsOf(entriesAt(tree, '\u{1f600}'))).toEqual(['\u{1f600}/y'])
  expect(entriesAt(tree, 'nosuch')).toEqual([])
  expect(entriesAt(tree, '')).toBe(tree)
  expect(['a', 'a-b', 'a/b', 'a.txt', ''].map(path => isFolderIn(tree, path))).toEqual([true, true, false, false, true])
})

test('what is in the way', () => {
  expect(clashesOf(tree, treeOf(['a/b', 'a', 'a.txt/x', 'new'], 'b'))).toEqual([
    { path: 'a', with: 'folder' },
    { path: 'a.txt/x', with: 'above' },
    { path: 'a/b', with: 'file' },
  ])
  expect(clashesOf(tree, treeOf(['a/b']))).toEqual([])
})

test('the same as on a map, for many trees', () => {
  const names = ['a', 'b', 'a/b', 'a/c', 'a.b', 'a0', 'ab/c', '\ue000', '\u{1f600}', 'a/\u{1f600}', 'b/a/c']
  let seed = 7
  const chance = (): boolean => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed > 1073741824
  }
  for (let round = 0; round < 300; round++) {
    const before = treeOf(names.filter(chance), 'a')
    const added = treeOf(names.filter(chance), 'b')
    const after = putIn(before, added)
    const map = new Map([...before, ...added].map(({ path, id }) => [path, id]))
    expect(after).toEqual([...map].map(([path, id]) => ({ path, id })).sort((x, y) => compareCodePoints(x.path, y.path)))
    expect(takeOut(after, added)).toEqual(before.filter(({ path }) => !added.some(entry => entry.path === path)))
    for (const name of names)
      expect(entriesAt(after, name)).toEqual(
        map.has(name) ? after.filter(({ path }) => path === name) : after.filter(({ path }) => path.startsWith(`${name}/`)),
      )
  }
})
