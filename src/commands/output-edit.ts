/** A change of a data set's list of files, as a value; no file of it need be here. */
import type { ObjectId } from '../base/object-id.ts'
import { printTree, type Tree, type TreeEntry, treeId } from '../format/tree.ts'
import { putIn, takeOut } from '../format/tree-edit.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import type { Content } from './record-output.ts'

/** A file that is listed in a data set, where it comes from: '' is the path of a data set that is one file. */
export interface Arrival extends TreeEntry {
  readonly from: { readonly tracked: TrackedOutput; readonly path: string }
}

export interface OutputEdit {
  readonly tracked: TrackedOutput
  readonly removed: Tree
  /** by their new paths */
  readonly arrivals: readonly Arrival[]
  /** what arrivals take the place of */
  readonly replaced: Tree
  readonly after: Tree
}

/** @param replaced entries of `before` that have the paths of arrivals and other content */
export function editOf(
  tracked: TrackedOutput,
  before: Tree,
  { removed = [], arrivals = [], replaced = [] }: Partial<Pick<OutputEdit, 'removed' | 'arrivals' | 'replaced'>>,
): OutputEdit {
  const after = putIn(
    takeOut(before, removed),
    arrivals.map(({ path, id }) => ({ path, id })),
  )
  return { tracked, removed, arrivals, replaced, after }
}

/**
 * Bytes are counted up and down from what the pointer said, as long as the size of each file that came or went is known; DVC leaves the
 * size out as soon as a file went.
 */
export function contentAfter(
  { tracked, removed, arrivals, replaced, after }: OutputEdit,
  sizeOf: (id: ObjectId) => number | undefined,
): Content {
  const counts = new Map<ObjectId, number>()
  const count = (tree: readonly TreeEntry[], by: number): void => {
    for (const { id } of tree) counts.set(id, (counts.get(id) ?? 0) + by)
  }
  count(removed, -1)
  count(replaced, -1)
  count(arrivals, 1)
  let size = tracked.output.size
  for (const [id, change] of counts) {
    if (change === 0 || size === undefined) continue
    const bytes = sizeOf(id)
    size = bytes === undefined ? undefined : size + change * bytes
  }
  return { id: treeId(printTree(after)), fileCount: after.length, ...(size === undefined ? {} : { size }) }
}
