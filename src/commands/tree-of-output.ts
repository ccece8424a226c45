/** The list of files of a data set, wherever it is: for verbs that edit it and need no file of it. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type FetchedTrees, fetchTrees } from '../transfer/fetch-trees.ts'
import { nameOf } from './place.ts'
import { toldFor } from './told-for.ts'

/**
 * From the cache, else by one request from the output's remote into the cache. [] when nothing was saved yet.
 * @throws DvError 'bad-target' for a tracked file or what the bucket's versions keep, 'object-missing', 'no-remote', what the remote says
 */
export async function treeOfOutput(repo: Repo, { output, path }: TrackedOutput, context: Context): Promise<Tree> {
  const name = nameOf(repo, path)
  if (output.rest['files'] !== undefined)
    throw new DvError('bad-target', `'${name}' is kept by the versions of its bucket: a part of it cannot be edited alone`, {
      hint: `dv add ${name}`,
    })
  const { id, hash } = output
  if (!id) return []
  if (!isTreeId(id))
    throw new DvError('bad-target', `'${name}' is tracked as a file, so there is nothing in it`, { hint: `dv add ${name}` })
  const cache = repo.cache(hash)
  const treeIn = ({ trees, failed: [failure] }: FetchedTrees): Tree | undefined => {
    if (failure !== undefined)
      toldFor(name, () => {
        throw failure.error
      })
    return trees.get(id)
  }
  const here = treeIn(await fetchTrees([id], { cache }, context))
  if (here) return here
  const remote = await repo.remote(output.remote)
  const { store, known } = await repo.store(remote, hash)
  const fetched = treeIn(await fetchTrees([id], { cache, remote: store, known }, context))
  if (fetched) return fetched
  throw new DvError('object-missing', `the list of files of '${name}' is neither in the cache nor on '${remote.name}'`, {
    hint: 'ask whoever added the data to run `dv push`',
  })
}
