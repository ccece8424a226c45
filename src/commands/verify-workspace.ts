/** dv verify: every file of the work tree read again, and held against the pointers. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import { planCheckout } from '../workspace/checkout-plan.ts'
import { type Hashed, hashPlaces } from '../workspace/hash-places.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'

/** `unlisted`: another content than the pointer's, and the list that could tell of which files is not in the cache. */
export type FindingKind = 'missing' | 'changed' | 'extra' | 'unlisted' | 'unreadable'

export interface Finding {
  readonly kind: FindingKind
  /** relative to the working folder */
  readonly path: string
  /** the data set as a person calls it */
  readonly target: string
  /** what should be there */
  readonly md5?: ObjectId
  /** a hard link to its object in the cache, which has changed with it */
  readonly linked?: boolean
  /** the cache has what should be there */
  readonly cached?: boolean
  readonly reason?: string
}

export interface WorkspaceReport {
  readonly files: number
  readonly bytes: number
  readonly findings: readonly Finding[]
}

/** Asks no index. @throws DvError 'file-changed', 'access-denied', 'bad-pointer', 'interrupted' */
export async function verifyWorkspace(repo: Repo, selections: readonly Selection[], context: Context): Promise<WorkspaceReport> {
  const expected = selections.filter(({ tracked }) => tracked.output.id !== undefined).map(selection => expectationOf(repo, selection))
  const hashed = await hashPlaces(
    expected.map(({ place, wanted }) => ({ place, wanted })),
    context,
  )
  const findings = expected.flatMap((each, at) => findingsOf(repo, each, hashed[at] as Hashed))
  return {
    files: hashed.reduce((sum, { tree }) => sum + (tree?.length ?? 0), 0),
    bytes: hashed.reduce((sum, { size }) => sum + size, 0),
    findings,
  }
}

/** A selection as a person calls it. */
export const targetOf = (repo: Repo, { tracked, inside }: Selection): string =>
  nameOf(repo, inside === undefined ? tracked.path : join(tracked.path, inside))

type Expectation = ReturnType<typeof expectationOf>

function expectationOf(repo: Repo, selection: Selection) {
  const { tracked, inside } = selection
  const { output, path } = tracked
  const id = output.id as ObjectId
  const listed = isTreeId(id) ? readableTrees(repo.cache(output.hash))(id) : [{ path: '', id }]
  const here = inside === undefined ? path : join(path, inside)
  return {
    output,
    id,
    inside,
    target: nameOf(repo, here),
    place: placeOf(repo, here, output.hash),
    wanted: listed && below(listed, inside),
  }
}

/** As if `inside` were an output of its own. */
const below = (tree: Tree, inside: string | undefined): Tree =>
  inside === undefined ? tree : entriesAt(tree, inside).map(entry => ({ ...entry, path: entry.path.slice(inside.length + 1) }))

function findingsOf(repo: Repo, { output, id, inside, target, place, wanted }: Expectation, found: Hashed): readonly Finding[] {
  const { tree, isFolder, unreadable } = found
  const whole = (kind: FindingKind, more: Partial<Finding> = {}): Finding => ({ kind, path: target, target, ...more })
  if (unreadable) return [whole('unreadable', { reason: unreadable.message })]
  if (!wanted) {
    if (inside === undefined && tree && isFolder && treeId(printTree(tree)) === id) return []
    return [whole(tree ? 'unlisted' : 'missing', { md5: id, cached: false })]
  }
  const cache = repo.cache(output.hash)
  const has = (ids: readonly ObjectId[]): boolean => !output.cached || cache.hasNow(ids).size === new Set(ids).size
  if (tree === undefined && (isTreeId(id) || wanted.length > 0))
    return [whole('missing', { md5: id, cached: has(wanted.map(entry => entry.id)) })]
  const { create, replace, remove } = planCheckout(tree ?? [], wanted, { isSaved: () => true })
  const named = (path: string): string => (path === '' ? target : join(target, path))
  const isObjectItself = (path: string, object: ObjectId): boolean => {
    const file = lstatSync(join(place.path, path), { throwIfNoEntry: false })
    return file !== undefined && file.ino === lstatSync(cache.pathOf(object), { throwIfNoEntry: false })?.ino
  }
  return [
    ...create.map(entry => ({ kind: 'missing' as const, path: named(entry.path), target, md5: entry.id, cached: has([entry.id]) })),
    ...replace.map(entry => ({
      kind: 'changed' as const,
      path: named(entry.path),
      target,
      md5: entry.id,
      cached: has([entry.id]),
      ...(isObjectItself(entry.path, entry.id) ? { linked: true } : {}),
    })),
    ...remove.map(path => ({ kind: 'extra' as const, path: named(path), target })),
  ]
}
