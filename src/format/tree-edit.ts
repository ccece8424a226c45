/** A tree with entries taken out of it or put into it. No file is needed for that: a tree is the whole of what a data set says of its files. */
import { compareCodePoints } from '../base/code-points.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** The entry at `path`, or those below it; '' is all. By bisection: of a million entries twenty are looked at. */
export function entriesAt(tree: Tree, path: string): Tree {
  if (path === '') return tree
  const at = indexOf(tree, path)
  const file = tree[at]
  if (file?.path === path) return [file]
  const from = indexOf(tree, `${path}/`)
  // The character after '/' is '0': nothing below the folder sorts behind it, and everything else that begins so does.
  return tree.slice(from, indexOf(tree, `${path}0`))
}

/** Whether `path` is a folder that has a file in it. */
export const isFolderIn = (tree: Tree, path: string): boolean =>
  path === '' || tree[indexOf(tree, `${path}/`)]?.path.startsWith(`${path}/`) === true

/** The tree without `entries`, which are of it. */
export function takeOut(tree: Tree, entries: Iterable<TreeEntry>): Tree {
  const gone = new Set<string>()
  for (const { path } of entries) gone.add(path)
  return gone.size === 0 ? tree : tree.filter(({ path }) => !gone.has(path))
}

/** Why an entry cannot be put where it shall be. */
export interface Clash {
  readonly path: string
  /** `file`: one with other content is there; `folder`: a folder is; `above`: a file is where the path needs a folder */
  readonly with: 'file' | 'folder' | 'above'
}

/** Both sorted or not. What has the same content already is no clash. @param entries no path of them is above another */
export function clashesOf(tree: Tree, entries: Tree): readonly Clash[] {
  return entries.flatMap(({ path, id }): Clash[] => {
    const there = tree[indexOf(tree, path)]
    if (there?.path === path) return there.id === id ? [] : [{ path, with: 'file' }]
    if (isFolderIn(tree, path)) return [{ path, with: 'folder' }]
    return foldersAbove(path).some(above => tree[indexOf(tree, above)]?.path === above) ? [{ path, with: 'above' }] : []
  })
}

/** The tree with `entries`; each takes the place of what has its path. */
export function putIn(tree: Tree, entries: Tree): Tree {
  // Two runs in order are merged by the engine's sort in one pass.
  return [...takeOut(tree, entries), ...entries].sort((a, b) => compareCodePoints(a.path, b.path))
}

/** Where `path` is, or would be. */
function indexOf(tree: Tree, path: string): number {
  let from = 0
  let to = tree.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (compareCodePoints(tree[middle]?.path ?? '', path) < 0) from = middle + 1
    else to = middle
  }
  return from
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}
