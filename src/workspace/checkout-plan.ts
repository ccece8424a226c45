/** What a checkout does, as a value: for `--dry-run`, for tests, and to ask before anything is lost. */
import { compareCodePoints } from '../base/code-points.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Tree, TreeEntry } from '../format/tree.ts'
import type { Snapshot } from './snapshot.ts'

/** A single file is a tree of one entry whose path is ''. All lists are sorted as trees are. */
export interface CheckoutPlan {
  readonly create: Tree
  /** with the ids that are wanted */
  readonly replace: Tree
  readonly remove: readonly string[]
  /** files that would be replaced or removed and are in no cache */
  readonly unsaved: readonly string[]
  /** files that are as wanted, and get a new link to their object */
  readonly relink: Tree
}

export interface PlanOptions {
  readonly isSaved: (id: ObjectId) => boolean
  /** default false */
  readonly relink?: boolean | undefined
}

export function planCheckout(current: Tree, wanted: Tree, { isSaved, relink = false }: PlanOptions): CheckoutPlan {
  const create: TreeEntry[] = []
  const replace: TreeEntry[] = []
  const remove: string[] = []
  const unsaved: string[] = []
  const same: TreeEntry[] = []
  let at = 0
  let to = 0
  for (;;) {
    const old = current[at]
    const next = wanted[to]
    if (old === undefined && next === undefined) return { create, replace, remove, unsaved, relink: relink ? same : [] }
    const order = old === undefined ? 1 : next === undefined ? -1 : compareCodePoints(old.path, next.path)
    if (order <= 0) at++
    if (order >= 0) to++
    if (order > 0 && next) create.push(next)
    if (order < 0 && old) remove.push(old.path)
    if (order === 0 && old && next) (old.id === next.id ? same : replace).push(next)
    if (old && order <= 0 && (order < 0 || old.id !== next?.id) && !isSaved(old.id)) unsaved.push(old.path)
  }
}

/** A snapshot as a tree, whatever kind it is. */
export function treeOf(snapshot: Snapshot): Tree {
  if (snapshot.kind === 'absent') return []
  return snapshot.kind === 'folder' ? snapshot.tree : [{ path: '', id: snapshot.id }]
}
