/** An output as the workspace functions want it, and as a person calls it. */
import { join, relative } from 'node:path'
import type { HashKind } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
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
export const passingPlaceOf = (repo: Repo, path: string, root = repo.root): Place => ({
  root,
  path,
  hash: 'md5',
  index: { ...openStateIndex(join(repo.root, '.dvc', 'tmp', 'dv', 'passing')), read: async () => undefined, flush: async () => {} },
  ignore: repo.ignore,
})

/** Relative to the folder in which the user stands. */
export const nameOf = (repo: Repo, path: string): string => relative(repo.cwd, path) || '.'
