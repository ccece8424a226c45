/**
 * A folder that is kept by cloud versions: after a push to a remote with `version_aware` or `worktree`, `files:` stands in its
 * output for `md5`, `size` and `nfiles` (DVC 3.67.1 on a bucket with versions; dvc-formats.md, 2).
 */
import type { ObjectId } from '../base/object-id.ts'
import { parseTree, printTree, type Tree, treeId } from './tree.ts'
import { isRecord } from './yaml-print.ts'

export interface ListedContent {
  readonly id: ObjectId
  /** bytes */
  readonly size: number
  readonly fileCount: number
}

/**
 * What the output would say without cloud versions; undefined where a file has no md5.
 * @throws DvError 'bad-pointer' for a path that no tree may hold
 */
export function contentOfFiles(files: readonly unknown[]): ListedContent | undefined {
  const tree = treeOfFiles(files)
  if (tree === undefined) return undefined
  const size = files.reduce<number>((sum, file) => sum + (isRecord(file) && typeof file.size === 'number' ? file.size : 0), 0)
  return { id: treeId(printTree(tree)), size, fileCount: tree.length }
}

/** @throws DvError 'bad-pointer' */
export function treeOfFiles(files: readonly unknown[]): Tree | undefined {
  const rows = files.filter(isRecord).map(({ md5, relpath }) => ({ md5, relpath }))
  if (rows.length !== files.length || rows.some(({ md5 }) => typeof md5 !== 'string')) return undefined
  return parseTree(Buffer.from(JSON.stringify(rows)))
}

/** As DVC's `add` leaves it: what is as it was keeps its versions, what is new or other has none yet, and what is gone goes. */
export function filesOfTree(before: readonly unknown[], tree: Tree, sizeOf: (id: ObjectId) => number | undefined): readonly unknown[] {
  const known = new Map(before.filter(isRecord).map(file => [file.relpath, file]))
  return tree.map(({ path, id }) => {
    const file = known.get(path)
    if (file?.md5 === id) return file
    const size = sizeOf(id)
    return { relpath: path, md5: id, ...(size === undefined ? {} : { size }) }
  })
}
