/** An output as the workspace functions want it, and as a person calls it. */
import { join, relative } from 'node:path'
import type { HashKind } from '../base/object-id.ts'
import { type Repo, stateFolder } from '../repo/open.ts'
import type { Place } from '../workspace/snapshot.ts'
import { openStateIndex } from '../workspace/state-index.ts'

export const placeOf = (repo: Repo, path: string, hash: HashKind): Place => ({
  root: repo.root,
  path,
  hash,
  index: repo.stateIndex(path),
  ignore: repo.ignore,
})

/** For data that is no output of its own: what is learnt of it is not kept, and not taken for an output later. */
export const passingPlaceOf = (repo: Repo, path: string): Place => ({
  root: repo.root,
  path,
  hash: 'md5',
  index: { ...openStateIndex(join(stateFolder(repo.root), 'passing')), read: async () => undefined, flush: async () => {} },
  ignore: repo.ignore,
})

/** Data at `from`, anywhere on this machine, seen as if it were at `to` already: what the ignore files say of that place holds. */
export function comingPlaceOf(repo: Repo, from: string, to: string): Place {
  const { ignore } = repo
  const inRepository = relative(repo.root, to)
  // The root being `from` itself, paths come as `/name`.
  const there = (path: string): string => `${inRepository}${path}`
  return {
    ...passingPlaceOf(repo, from),
    root: from,
    ignore: {
      ignoresFile: path => ignore.ignoresFile(there(path)),
      ignoresFolder: path => ignore.ignoresFolder(there(path)),
      explain: (path, options) => ignore.explain(there(path), options),
      hasPatterns: path => ignore.hasPatterns(there(path)),
    },
  }
}

/** Relative to the folder in which the user stands. */
export const nameOf = (repo: Repo, path: string): string => relative(repo.cwd, path) || '.'
