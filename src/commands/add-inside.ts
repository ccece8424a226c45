/** Adds, or takes out, a path inside a tracked folder: the folder's list is edited, and nothing else of it is looked at. */

import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Output } from '../format/pointer.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import { entriesAt, putIn, takeOut } from '../format/tree-edit.ts'
import type { Repo } from '../repo/open.ts'
import { saveOutput } from '../workspace/save.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import type { AddPlan } from './add-plan.ts'
import type { AddOptions } from './add-whole.ts'
import { holdsListedFile } from './holds-listed-file.ts'
import { nameOf, passingPlaceOf } from './place.ts'
import { type Content, recordContent, type Together } from './record-output.ts'
import { treeOfOutput } from './tree-of-output.ts'

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
): Promise<(now: AddPlan, together?: Together) => Promise<Added | undefined>> {
  const { inside } = plan
  const first = await treeOfOutput(repo, plan.tracked, context)
  const snapshot = await takePart(repo, plan, options, context)
  const part = partOf(snapshot, inside)
  return async (now, together) => {
    const tracked = now.tracked ?? plan.tracked
    const { output } = tracked
    const old = output.id === plan.tracked.output.id ? first : await treeOfOutput(repo, tracked, context)
    const listed = entriesAt(old, inside)
    if (part.length === 0) assertDeleted(repo, plan, { old, listed })
    // Where a folder is now no file can be in the list.
    const inTheWay = part.length > 0 ? old.filter(({ path }) => inside.startsWith(`${path}/`)) : []
    const rest = takeOut(old, [...listed, ...inTheWay])
    const tree = putIn(rest, part)
    const content = contentOf(output, { tree, snapshot, isAppended: rest.length === old.length })
    if (options.commit) {
      repo.cache('md5').put(content.id, printTree(tree))
      await repo.cache('md5').makeDurable([content.id])
    }
    const changed = await recordContent(repo, now, content, { ...options, together })
    if (!changed) return undefined
    return {
      name: nameOf(repo, plan.path),
      pointer: nameOf(repo, plan.pointerFile),
      state: content.id === output.id ? 'unchanged' : part.length === 0 ? 'removed' : 'changed',
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

/**
 * What is not on disk was deleted, and is taken out of the list as DVC does it; but not where the data set is not here at all: there
 * nothing can be seen of what a person deleted.
 */
function assertDeleted(repo: Repo, { path, tracked }: PartPlan, { old, listed }: { readonly old: Tree; readonly listed: Tree }): void {
  const name = nameOf(repo, path)
  if (listed.length === 0) throw new DvError('bad-target', `'${name}' does not exist, here or in the tracked folder`)
  if (old.length === listed.length || holdsListedFile(tracked.path, old)) return
  throw new DvError('bad-target', `'${name}' is not here, and neither is anything else of '${nameOf(repo, tracked.path)}'`, {
    hint: `dv rm ${name}   takes it out of the data set; dv pull ${name}   brings it here`,
  })
}

function takePart(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Snapshot> {
  const place = passingPlaceOf(repo, plan.path)
  if (!plan.exists) return Promise.resolve({ kind: 'absent' })
  return options.commit
    ? saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: options.relink }, context)
    : takeSnapshot(place, context)
}

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
