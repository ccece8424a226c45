/** Data in the work tree whose pointer is not in this commit. */
import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { committedOutputs } from '../repo/committed-outputs.ts'
import { type KnownOutput, readKnownOutputs, rememberOutputs } from '../repo/known-outputs.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import type { Selection } from '../repo/targets.ts'
import { foldersAbove } from '../repo/tracked-index.ts'
import { applyCheckout } from '../workspace/checkout.ts'
import { planCheckout, treeOf } from '../workspace/checkout-plan.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { savedObjects } from './saved-objects.ts'

export interface Forgotten {
  /** removed, or to be removed by a dry run; a folder ends in '/' */
  readonly names: readonly string[]
  readonly files: number
}

/**
 * Removes what dv itself has put there, when it is still what was put there, git has a commit that names it, and all of it is
 * whole in the cache; anything else is left, and named in a warning. `selections`: all outputs of this commit.
 */
export async function removeForgotten(
  repo: Repo,
  selections: readonly Selection[],
  { dryRun }: { readonly dryRun: boolean },
  context: Context,
): Promise<Forgotten> {
  const candidates = notTracked(
    readKnownOutputs(repo.root),
    selections.map(({ tracked }) => tracked.path),
  ).filter(({ path }) => !isElsewhere(path))
  const isGits = ownedByGit(repo, candidates)
  const gone = new Set(candidates.filter(isGits))
  const removable: Found[] = []
  for (const known of candidates) {
    if (gone.has(known)) continue
    const snapshot = await look(repo, known, context)
    if (snapshot === 'absent') gone.add(known)
    else if (snapshot === undefined) tellLeft(repo, known, 'was changed', context)
    else removable.push({ known, snapshot })
  }
  const committed = await committedOutputs(
    repo,
    removable.map(({ known }) => known),
  )
  for (const { known } of removable) {
    if (committed.has(known)) continue
    gone.add(known)
    tellLeft(repo, known, 'no commit names it', context)
  }
  const going = removable.filter(({ known }) => committed.has(known))
  const removed = dryRun || going.length === 0 ? going : await removeAll(repo, going, context)
  if (!dryRun)
    rememberOutputs(
      repo.root,
      selections.flatMap(({ tracked: { output, path } }) =>
        output.id && output.cached ? [{ path, id: output.id, hash: output.hash }] : [],
      ),
      [...gone, ...removed.map(({ known }) => known)].map(({ path }) => path),
    )
  return {
    names: removed.map(({ known }) => (isTreeId(known.id) ? `${nameOf(repo, known.path)}/` : nameOf(repo, known.path))),
    files: removed.reduce((sum, { snapshot }) => sum + treeOf(snapshot).length, 0),
  }
}

interface Found {
  readonly known: KnownOutput
  readonly snapshot: Exclude<Snapshot, { kind: 'absent' }>
}

/** Those that no output of this commit is, holds, or lies in. */
function notTracked(known: readonly KnownOutput[], tracked: readonly string[]): readonly KnownOutput[] {
  const paths = new Set(tracked)
  const above = new Set(tracked.flatMap(foldersAbove))
  return known.filter(({ path }) => !paths.has(path) && !above.has(path) && !foldersAbove(path).some(folder => paths.has(folder)))
}

/** What was tracked by dv once may be in git now. */
function ownedByGit(repo: Repo, candidates: readonly KnownOutput[]): (known: KnownOutput) => boolean {
  if (candidates.length === 0) return () => false
  const inGit = repo.git?.trackedUnder(candidates.map(({ path }) => path)) ?? []
  const all = new Set(inGit.flatMap(path => [path, ...foldersAbove(path)]))
  return ({ path }) => all.has(path)
}

/**
 * A pointer may be there, but hidden by an ignore file or in a folder that cannot be read; and behind a symbolic link the data is
 * that of another path, or somebody has moved it away to have it there.
 */
function isElsewhere(path: string): boolean {
  try {
    if (lstatSync(`${path}.dvc`, { throwIfNoEntry: false }) || realpathSync(dirname(path)) !== dirname(path)) return true
    return lstatSync(path).isSymbolicLink() && lstatSync(realpathSync(path)).isDirectory()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false
    if (isSystemError(error, 'ELOOP', 'EACCES', 'EPERM')) return true
    throw error
  }
}

/** undefined: it is another by now, or would not be had again. */
async function look(repo: Repo, known: KnownOutput, context: Context): Promise<Found['snapshot'] | 'absent' | undefined> {
  try {
    const snapshot = await takeSnapshot(placeOf(repo, known.path, known.hash), context)
    if (snapshot.kind === 'absent' || (snapshot.id !== known.id && treeOf(snapshot).length === 0)) return 'absent'
    if (snapshot.id !== known.id && !isPart(repo, known, snapshot)) return undefined
    const ids = new Set<ObjectId>([known.id, ...treeOf(snapshot).map(entry => entry.id)])
    return (await savedObjects(ids, repo.cache(known.hash), context)).size === ids.size ? snapshot : undefined
  } catch (error) {
    if (error instanceof DvError && ['unsupported-file', 'file-changed', 'access-denied'].includes(error.code)) return undefined
    throw error
  }
}

/** Some of the files went, and the others are what they were: a removal may have been stopped in the middle. */
function isPart(repo: Repo, { id, hash }: KnownOutput, snapshot: Found['snapshot']): boolean {
  if (snapshot.kind !== 'folder' || !isTreeId(id)) return false
  const listed = new Map(readableTrees(repo.cache(hash))(id)?.map(entry => [entry.path, entry.id]))
  return snapshot.tree.every(entry => listed.get(entry.path) === entry.id)
}

function tellLeft(repo: Repo, { path }: KnownOutput, why: string, context: Context): void {
  context.report({
    type: 'warning',
    message: `${nameOf(repo, path)} is not tracked at this commit and ${why}, so it is left where it is`,
    hint: `dv add ${nameOf(repo, path)}   to track it here, or remove it by hand`,
  })
}

/** By now another process may have tracked it again, or changed it. */
async function removeAll(repo: Repo, going: readonly Found[], context: Context): Promise<readonly Found[]> {
  return withLock(
    repo,
    async () => {
      const still = new Set(
        notTracked(
          going.map(({ known }) => known),
          findPointers(repo).map(({ path }) => path),
        ),
      )
      const removed: Found[] = []
      for (const found of going) {
        const { known, snapshot } = found
        const place = placeOf(repo, known.path, known.hash)
        const now = await takeSnapshot(place, context)
        if (!still.has(known) || now.kind === 'absent' || now.id !== snapshot.id) continue
        const plan = planCheckout(treeOf(now), [], { isSaved: () => true })
        await applyCheckout(plan, place, { cache: repo.cache(known.hash), links: repo.links }, context)
        removed.push(found)
      }
      return removed
    },
    { writes: going.map(({ known }) => known.path) },
  )
}
