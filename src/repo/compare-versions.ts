/** What became of tracked data from one version of a repository to another. Pure: it looks at lists, wherever they come from. */
import { compareCodePoints } from '../base/code-points.ts'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'

/** A file, or a folder that is tracked as a whole. */
export interface TrackedEntry {
  /** relative to the repository's root, parts separated by `/` */
  readonly path: string
  readonly id: ObjectId
  /** the same bytes have different ids by different hashes, which says nothing about them */
  readonly hash: HashKind
}

export interface TrackedVersion {
  /** no path twice */
  readonly entries: readonly TrackedEntry[]
  /** folders of which nobody knows what is in them, since their list of files cannot be had */
  readonly closed: ReadonlySet<string>
}

export interface Change {
  readonly before: TrackedEntry
  readonly after: TrackedEntry
}

/** Each list in the order of its paths; for what was renamed and modified, of those before. */
export interface VersionChanges {
  readonly added: readonly TrackedEntry[]
  readonly deleted: readonly TrackedEntry[]
  readonly modified: readonly Change[]
  /** gone from one path, and the same at another that is new */
  readonly renamed: readonly Change[]
  readonly unchanged: readonly TrackedEntry[]
  /** now in a folder that is closed, before or now: whether they are new nobody can tell */
  readonly unknown: readonly TrackedEntry[]
}

export function compareVersions(before: TrackedVersion, after: TrackedVersion): VersionChanges {
  const isHidden = hiddenIn(before.closed, after.closed)
  const left = new Map(before.entries.filter(({ path }) => !isHidden(path)).map(entry => [entry.path, entry]))
  const [added, modified, unchanged, unknown]: [TrackedEntry[], Change[], TrackedEntry[], TrackedEntry[]] = [[], [], [], []]
  for (const entry of after.entries) {
    const old = left.get(entry.path)
    left.delete(entry.path)
    if (isHidden(entry.path)) unknown.push(entry)
    else if (old === undefined) added.push(entry)
    else if (isSame(old, entry)) unchanged.push(entry)
    else modified.push({ before: old, after: entry })
  }
  const moved = pairRenamed([...left.values()], added)
  return {
    added: moved.added.sort(byPath),
    deleted: moved.deleted.sort(byPath),
    modified: modified.sort(byOldPath),
    renamed: moved.renamed.sort(byOldPath),
    unchanged: unchanged.sort(byPath),
    unknown: unknown.sort(byPath),
  }
}

/** As DVC shows it: a folder ends in `/`. */
export const shownPath = ({ path, id }: TrackedEntry): string => (isTreeId(id) ? `${path}/` : path)

const isSame = (a: TrackedEntry, b: TrackedEntry): boolean => a.id === b.id && a.hash === b.hash

function hiddenIn(...closed: readonly ReadonlySet<string>[]): (path: string) => boolean {
  const folders = closed.filter(some => some.size > 0)
  if (folders.length === 0) return () => false
  return path => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (folders.some(some => some.has(path.slice(0, at)))) return true
    return false
  }
}

/** Of several with the same content the first by path went to the first (dvc_data/index/diff.py, `_detect_renames`). */
function pairRenamed(gone: TrackedEntry[], come: TrackedEntry[]): { added: TrackedEntry[]; deleted: TrackedEntry[]; renamed: Change[] } {
  const byContent = new Map<string, TrackedEntry[]>()
  for (const entry of gone.sort(byParts).reverse()) {
    const key = `${entry.hash} ${entry.id}`
    const same = byContent.get(key)
    if (same) same.push(entry)
    else byContent.set(key, [entry])
  }
  const [added, renamed]: [TrackedEntry[], Change[]] = [[], []]
  for (const after of come.sort(byParts)) {
    const before = byContent.get(`${after.hash} ${after.id}`)?.pop()
    if (before) renamed.push({ before, after })
    else added.push(after)
  }
  return { added, deleted: [...byContent.values()].flat(), renamed }
}

const byPath = (a: TrackedEntry, b: TrackedEntry): number => compareCodePoints(a.path, b.path)
const byOldPath = (a: Change, b: Change): number => byPath(a.before, b.before)
/** Folder by folder, as DVC's keys are: `a/b` before `a-b`. */
const byParts = (a: TrackedEntry, b: TrackedEntry): number => compareCodePoints(a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0'))
