/** Adds, or takes out, a path inside a tracked folder: the folder's list is edited, and nothing else of it is looked at. */

import { compareCodePoints } from '../base/code-points.ts'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Output } from '../format/pointer.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { saveOutput } from '../workspace/save.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import type { AddPlan } from './add-plan.ts'
import type { AddOptions } from './add-whole.ts'
import { nameOf, passingPlaceOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { type Content, recordContent } from './record-output.ts'

type PartPlan = AddPlan & Required<Pick<AddPlan, 'inside' | 'tracked'>>

/**
 * Saves the part; what is returned then edits the list that the pointer of a plan names now. It resolves with undefined when the pointer
 * was rewritten meanwhile: the list would lack what another process added.
 */
export async function openPart(
  repo: Repo,
  plan: PartPlan,
  options: AddOptions,
  context: Context,
): Promise<(now: AddPlan) => Promise<Added | undefined>> {
  const { inside } = plan
  const treeOf = openOldTrees(repo, plan)
  treeOf(plan.tracked.output)
  const snapshot = await takePart(repo, plan, options, context)
  const part = partOf(snapshot, inside)
  return async now => {
    const { output } = now.tracked ?? plan.tracked
    const old = treeOf(output)
    // Where a folder is now no file can be in the list.
    const rest = old.filter(({ path }) => !isAt(path, inside) && !(part.length > 0 && isAt(inside, path)))
    if (part.length === 0 && rest.length === old.length)
      throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' does not exist, here or in the tracked folder`)
    const tree = [...rest, ...part].sort((a, b) => compareCodePoints(a.path, b.path))
    const content = contentOf(output, { tree, snapshot, isAppended: rest.length === old.length })
    if (options.commit) {
      repo.cache('md5').put(content.id, printTree(tree))
      await repo.cache('md5').makeDurable([content.id])
    }
    const changed = await recordContent(repo, now, content, options)
    if (!changed) return undefined
    return {
      name: nameOf(repo, plan.path),
      pointer: nameOf(repo, plan.pointerFile),
      state: content.id === output.id ? 'unchanged' : 'changed',
      ...(snapshot.kind === 'absent' ? {} : { size: snapshot.size, fileCount: part.length }),
      changed,
    }
  }
}

function partOf(snapshot: Snapshot, inside: string): Tree {
  if (snapshot.kind === 'absent') return []
  if (snapshot.kind === 'file') return [{ path: inside, id: snapshot.id }]
  return snapshot.tree.map(entry => ({ ...entry, path: `${inside}/${entry.path}` }))
}

/** @throws DvError 'bad-target' for a tracked file, or when the folder's list is not at hand */
function openOldTrees(repo: Repo, plan: PartPlan): (output: Output) => Tree {
  const folder = nameOf(repo, plan.tracked.path)
  const treeOf = readableTrees(repo.cache('md5'))
  return ({ id }) => {
    if (!id) return []
    if (!isTreeId(id))
      throw new DvError('bad-target', `'${folder}' is tracked as a file, so nothing can be added in it`, { hint: `dv add ${folder}` })
    const tree = treeOf(id)
    if (!tree) throw new DvError('object-missing', `the list of files of '${folder}' is not in the cache`, { hint: `dv fetch ${folder}` })
    return tree
  }
}

function takePart(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Snapshot> {
  const place = passingPlaceOf(repo, plan.path)
  if (!plan.exists) return Promise.resolve({ kind: 'absent' })
  return options.commit
    ? saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: options.relink }, context)
    : takeSnapshot(place, context)
}

const isAt = (path: string, inside: string): boolean => path === inside || path.startsWith(`${inside}/`)

/**
 * DVC's rule for the size, which the pointer of a colleague must agree with (dvc 3.67.1, Output.apply): files that were only
 * added count up; the same list has the same size; otherwise it is not known without looking at every file, and left out.
 */
function contentOf(
  before: Output | undefined,
  { tree, snapshot, isAppended }: { readonly tree: Tree; readonly snapshot: Snapshot; readonly isAppended: boolean },
): Content {
  const id = treeId(printTree(tree))
  const added = snapshot.kind === 'absent' ? undefined : snapshot.size
  const size =
    isAppended && before?.size && added !== undefined
      ? before.size + added
      : snapshot.kind !== 'absent' && id === before?.id
        ? before.size
        : undefined
  return { id, fileCount: tree.length, ...(size === undefined ? {} : { size }) }
}
