/** What an edit of a list means for the files that are here. */
import { dirname } from 'node:path'
import { compareCodePoints } from '../base/code-points.ts'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Tree, TreeEntry } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type CheckoutPlan, planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { openSafeFolders } from '../workspace/safe-folders.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Arrival, OutputEdit } from './output-edit.ts'
import { nameOf, placeOf } from './place.ts'
import { savedObjects } from './saved-objects.ts'

export interface WorkspaceEdit {
  readonly edit: OutputEdit
  readonly plan: CheckoutPlan
  /** arrivals whose file was here, as listed, where they come from: they follow */
  readonly following: readonly Arrival[]
  /** the folder is here, and keeps no file */
  readonly emptyFolder: boolean
}

/**
 * A file that is here and as listed goes where its entry goes; one that is not here stays away. Files that no edit is about are left alone.
 * @throws DvError 'unsaved-files' for a file that was changed since it was added, unless `force`
 */
export async function planWorkspace(
  repo: Repo,
  edits: readonly OutputEdit[],
  { force }: { readonly force: boolean },
  context: Context,
): Promise<readonly WorkspaceEdit[]> {
  const look = openLook(repo, context)
  const works: WorkspaceEdit[] = []
  for (const edit of edits) {
    const following = await followingOf(repo, edit, { look, force })
    const { snapshot, files } = await look(edit.tracked)
    const touched = [...new Set([edit.removed, edit.arrivals, edit.replaced].flatMap(each => each.map(({ path }) => path)))]
    const current = inOrder(touched.flatMap(path => entryOf(path, files.get(path))))
    const wanted = inOrder(following.map(({ path, id }) => ({ path, id })))
    const saved = await savedOf(repo, { current, following }, context)
    const plan = planCheckout(current, wanted, { isSaved: id => saved.has(id) })
    assertWritable(repo, edit.tracked, wanted)
    works.push({ edit, plan, following, emptyFolder: edit.after.length === 0 && snapshot.kind === 'folder' })
  }
  return works
}

/** The files that would be gone for good, by name. */
export const lostBy = (repo: Repo, { edit, plan }: WorkspaceEdit): readonly string[] =>
  plan.unsaved.map(path => nameOf(repo, `${edit.tracked.path}/${path}`))

interface Look {
  readonly snapshot: Snapshot
  readonly files: ReadonlyMap<string, ObjectId>
}

/** Each output is looked at once. */
function openLook(repo: Repo, context: Context): (tracked: TrackedOutput) => Promise<Look> {
  const seen = new Map<string, Look>()
  return async ({ path, output }) => {
    const known = seen.get(path)
    if (known) return known
    const snapshot = await takeSnapshot(placeOf(repo, path, output.hash), context)
    const look = { snapshot, files: new Map(treeOf(snapshot).map(entry => [entry.path, entry.id])) }
    seen.set(path, look)
    return look
  }
}

async function followingOf(
  repo: Repo,
  { arrivals }: OutputEdit,
  { look, force }: { readonly look: (tracked: TrackedOutput) => Promise<Look>; readonly force: boolean },
): Promise<readonly Arrival[]> {
  const following: Arrival[] = []
  for (const arrival of arrivals) {
    const { tracked, path } = arrival.from
    const here = (await look(tracked)).files.get(path)
    if (here === arrival.id) following.push(arrival)
    else if (here !== undefined && !force) {
      const name = nameOf(repo, path === '' ? tracked.path : `${tracked.path}/${path}`)
      throw new DvError('unsaved-files', `'${name}' was changed since it was added`, {
        hint: `dv add ${name}   takes the change; the same command with --force leaves it out`,
      })
    }
  }
  return following
}

/** Found out before anything is changed. @throws DvError 'checkout-failed' where a link or a file is in the way */
function assertWritable(repo: Repo, { path, output }: TrackedOutput, wanted: Tree): void {
  const folders = openSafeFolders(placeOf(repo, path, output.hash))
  for (const entry of wanted) folders.check(dirname(`${path}/${entry.path}`))
}

/** Contents that are had again after their files went: whole in the cache, or about to be put there since their file follows. */
async function savedOf(
  repo: Repo,
  { current, following }: { readonly current: Tree; readonly following: readonly Arrival[] },
  context: Context,
): Promise<ReadonlySet<ObjectId>> {
  const kept = new Set(following.map(({ id }) => id))
  const asked = new Set(current.map(({ id }) => id).filter(id => !kept.has(id)))
  const saved = asked.size === 0 ? asked : await savedObjects(asked, repo.cache('md5'), context)
  return new Set([...kept, ...saved])
}

const entryOf = (path: string, id: ObjectId | undefined): readonly TreeEntry[] => (id === undefined ? [] : [{ path, id }])

const inOrder = (tree: Tree): Tree => [...tree].sort((a, b) => compareCodePoints(a.path, b.path))
