/** The difference of two versions as `data status` tells it (dvc/repo/data.py). */
import { shownPath, type TrackedEntry, type VersionChanges } from '../repo/compare-versions.ts'

/** Only what there is. */
export interface DataChanges {
  readonly modified?: readonly string[]
  readonly added?: readonly string[]
  readonly deleted?: readonly string[]
  readonly renamed?: readonly { readonly old: string; readonly new: string }[]
  /** in folders whose list of files cannot be had */
  readonly unknown?: readonly string[]
}

/** `closed`: the folders that `unknown` lie in. As in DVC the folders on the way down to them are named, too. */
export function dataChanges({ modified, added, deleted, renamed, unknown }: VersionChanges, closed: ReadonlySet<string>): DataChanges {
  return {
    ...(modified.length > 0 && { modified: modified.map(({ after }) => shownPath(after)) }),
    ...(added.length > 0 && { added: pathsOf(added) }),
    ...(deleted.length > 0 && { deleted: pathsOf(deleted) }),
    ...(renamed.length > 0 && { renamed: renamed.map(({ before, after }) => ({ old: shownPath(before), new: shownPath(after) })) }),
    ...(unknown.length > 0 && { unknown: [...foldersIn(closed, unknown), ...pathsOf(unknown)] }),
  }
}

export const pathsOf = (entries: readonly TrackedEntry[]): readonly string[] => entries.map(shownPath)

function foldersIn(closed: ReadonlySet<string>, entries: readonly TrackedEntry[]): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const { path } of entries) {
    for (let at = path.lastIndexOf('/'); at > 0 && !closed.has(path.slice(0, at)); at = path.lastIndexOf('/', at - 1))
      folders.add(`${path.slice(0, at)}/`)
  }
  return folders
}
