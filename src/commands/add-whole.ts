/** Adds a file or folder as an output of its own. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Output } from '../format/pointer.ts'
import type { Repo } from '../repo/open.ts'
import { saveOutput } from '../workspace/save.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import type { AddPlan } from './add-plan.ts'
import { adviseLinks } from './advise-links.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { contentOf, recordContent } from './record-output.ts'

export interface AddOptions {
  /** put the data into the cache */
  readonly commit: boolean
  /** make the files links, as cache.type says */
  readonly relink: boolean
}

/** undefined: the pointer was rewritten meanwhile. */
export async function addWhole(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Added | undefined> {
  const before = plan.tracked?.output
  const legacy = before?.hash === 'md5-dos2unix' ? await unchangedLegacy(repo, plan, before, context) : undefined
  if (legacy)
    return { name: nameOf(repo, plan.path), pointer: nameOf(repo, plan.pointerFile), state: 'unchanged', ...countsOf(legacy), changed: [] }
  const place = placeOf(repo, plan.path, 'md5')
  const snapshot =
    options.commit && before?.cached !== false
      ? await saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: options.relink }, context)
      : await takeSnapshot(place, context)
  if (snapshot.kind === 'absent') throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' went away while it was added`)
  const changed = await recordContent(repo, plan, contentOf(snapshot), options)
  if (!changed) return undefined
  if (options.commit)
    adviseLinks(repo, { bytes: snapshot.size, id: snapshot.kind === 'file' ? snapshot.id : snapshot.tree[0]?.id }, context)
  return {
    name: nameOf(repo, plan.path),
    pointer: nameOf(repo, plan.pointerFile),
    state: before?.id === snapshot.id ? 'unchanged' : before ? 'changed' : 'new',
    ...countsOf(snapshot),
    changed,
  }
}

/** An output of DVC 2 whose data did not change keeps its pointer and its layout, as DVC 3 does it. */
async function unchangedLegacy(
  repo: Repo,
  plan: AddPlan,
  before: Output,
  context: Context,
): Promise<Exclude<Snapshot, { kind: 'absent' }> | undefined> {
  if (!before.id) return undefined
  const cache = repo.cache('md5-dos2unix')
  const tree = isTreeId(before.id) ? readableTrees(cache)(before.id) : undefined
  const snapshot = await takeSnapshot(placeOf(repo, plan.path, 'md5-dos2unix'), context, { id: before.id, ...(tree ? { tree } : {}) })
  if (snapshot.kind === 'absent' || snapshot.id !== before.id) return undefined
  const isKept = (await cache.has([before.id], context.signal)).size === 1
  return isKept ? snapshot : undefined
}

const countsOf = (snapshot: Exclude<Snapshot, { kind: 'absent' }>): { size: number; fileCount?: number } => ({
  size: snapshot.size,
  ...(snapshot.kind === 'folder' ? { fileCount: snapshot.tree.length } : {}),
})
