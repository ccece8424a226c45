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
import { contentOf, type RecordOptions, recordContent, type Together } from './record-output.ts'

export interface AddOptions extends RecordOptions {
  /** make the files links, as cache.type says */
  readonly relink: boolean
}

type Present = Exclude<Snapshot, { kind: 'absent' }>

/**
 * Saves the data; what is returned then writes it down. It resolves with undefined when the pointer was rewritten meanwhile; called again,
 * it saves anew for the plan of then.
 */
export async function openWhole(
  repo: Repo,
  plan: AddPlan,
  options: AddOptions,
  context: Context,
): Promise<(now: AddPlan, together?: Together) => Promise<Added | undefined>> {
  let saved: Saved | undefined = await save(repo, plan, options, context)
  return async (now, together) => {
    const { snapshot, isKept, plan: planned } = saved ?? (await save(repo, now, options, context))
    saved = undefined
    const before = planned.tracked?.output
    const names = { name: nameOf(repo, planned.path), pointer: nameOf(repo, planned.pointerFile), ...countsOf(snapshot) }
    if (isKept) return { ...names, state: 'unchanged', changed: [] }
    const changed = await recordContent(repo, planned, contentOf(snapshot), { ...options, together })
    if (!changed) return undefined
    if (options.commit)
      adviseLinks(repo, { bytes: snapshot.size, id: snapshot.kind === 'file' ? snapshot.id : snapshot.tree[0]?.id }, context)
    return { ...names, state: before?.id === snapshot.id ? 'unchanged' : before ? 'changed' : 'new', changed }
  }
}

interface Saved {
  readonly plan: AddPlan
  readonly snapshot: Present
  /** of DVC 2 and unchanged: nothing is to be written */
  readonly isKept: boolean
}

async function save(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Saved> {
  const before = plan.tracked?.output
  const legacy = before?.hash === 'md5-dos2unix' ? await unchangedLegacy(repo, plan, before, context) : undefined
  if (legacy) return { plan, snapshot: legacy, isKept: true }
  const place = placeOf(repo, plan.path, 'md5')
  const snapshot =
    options.commit && before?.cached !== false
      ? await saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: options.relink }, context)
      : await takeSnapshot(place, context)
  if (snapshot.kind === 'absent') throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' went away while it was added`)
  return { plan, snapshot, isKept: false }
}

/** An output of DVC 2 whose data did not change keeps its pointer and its layout, as DVC 3 does it. */
async function unchangedLegacy(repo: Repo, plan: AddPlan, before: Output, context: Context): Promise<Present | undefined> {
  if (!before.id) return undefined
  const cache = repo.cache('md5-dos2unix')
  const tree = isTreeId(before.id) ? readableTrees(cache)(before.id) : undefined
  const snapshot = await takeSnapshot(placeOf(repo, plan.path, 'md5-dos2unix'), context, { id: before.id, ...(tree ? { tree } : {}) })
  if (snapshot.kind === 'absent' || snapshot.id !== before.id) return undefined
  const isKept = (await cache.has([before.id], context.signal)).size === 1
  return isKept ? snapshot : undefined
}

const countsOf = (snapshot: Present): { size: number; fileCount?: number } => ({
  size: snapshot.size,
  ...(snapshot.kind === 'folder' ? { fileCount: snapshot.tree.length } : {}),
})
