/** What a tracked output holds in the work tree now. */
import type { Context } from '../base/context.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'

/** An output of DVC 2 is held against its list of files, since each file may have either of two ids. */
export function snapshotOutput(repo: Repo, { path, output }: TrackedOutput, context: Context): Promise<Snapshot> {
  const { id, hash } = output
  const tree = id !== undefined && hash === 'md5-dos2unix' && isTreeId(id) ? readableTrees(repo.cache(hash))(id) : undefined
  return takeSnapshot(placeOf(repo, path, hash), context, id === undefined ? undefined : { id, tree })
}
