/** All that is tracked, to be asked about many paths. */
import { dirname } from 'node:path'
import type { TrackedOutput } from './tracked-output.ts'

export interface TrackedIndex {
  readonly all: readonly TrackedOutput[]
  at(path: string): TrackedOutput | undefined
  /** the output that holds `path` */
  above(path: string): TrackedOutput | undefined
  /** those in `folder` */
  below(folder: string): readonly TrackedOutput[]
}

/** Paths absolute. A question costs as much as its path is deep, however many outputs there are. */
export function indexTracked(all: readonly TrackedOutput[]): TrackedIndex {
  const byPath = new Map(all.map(tracked => [tracked.path, tracked]))
  let byFolder: Map<string, TrackedOutput[]> | undefined
  return {
    all,
    at: path => byPath.get(path),
    above: path => foldersAbove(path).flatMap(folder => byPath.get(folder) ?? [])[0],
    below: folder => {
      byFolder ??= groupByFolder(all)
      return byFolder.get(folder) ?? []
    },
  }
}

/** Nearest first, without the file system's root. */
export function foldersAbove(path: string): readonly string[] {
  const folders: string[] = []
  for (let at = dirname(path); dirname(at) !== at; at = dirname(at)) folders.push(at)
  return folders
}

function groupByFolder(all: readonly TrackedOutput[]): Map<string, TrackedOutput[]> {
  const groups = new Map<string, TrackedOutput[]>()
  for (const tracked of all) {
    for (const folder of foldersAbove(tracked.path)) {
      const group = groups.get(folder)
      if (group) group.push(tracked)
      else groups.set(folder, [tracked])
    }
  }
  return groups
}
