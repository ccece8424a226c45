/** An output as the workspace functions want it, and as a person calls it. */
import { relative } from 'node:path'
import type { HashKind } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import type { Place } from '../workspace/snapshot.ts'

export const placeOf = (repo: Repo, path: string, hash: HashKind): Place => ({
  root: repo.root,
  path,
  hash,
  index: repo.stateIndex(path),
  ignore: repo.ignore,
})

/** Relative to the folder in which the user stands. */
export const nameOf = (repo: Repo, path: string): string => relative(repo.cwd, path) || '.'
