/** The lists of folders' files: from the cache, else from the remote, where they alone are asked for. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { fetchTrees } from '../transfer/fetch-trees.ts'
import { isFromRepository } from './collect.ts'
import type { DataOutput, TreeOf } from './compared-outputs.ts'
import { readableTrees } from './readable-trees.ts'
import { toldFor } from './told-for.ts'

export interface FileLists {
  /** from the cache, each read once, or as `ensure` got it */
  readonly treeOf: TreeOf
  /** What folders of the work tree hold is the list of any output with the same id. */
  learn(outputs: readonly DataOutput[]): void
  /** Fetches into the cache what it lacks. What cannot be had is told as a warning. */
  ensure(outputs: Iterable<DataOutput>): Promise<void>
  /** the cache did not have it before `ensure` */
  wasLacking(output: DataOutput): boolean
}

export function openFileLists(repo: Repo, context: Context): FileLists {
  const cached = { md5: readableTrees(repo.cache('md5')), 'md5-dos2unix': readableTrees(repo.cache('md5-dos2unix')) }
  const fetched = new Map<string, Tree | undefined>()
  const learnt = new Map<string, () => Tree>()
  const treeOf: TreeOf = output => {
    const { entry, tree } = output
    return (
      tree?.() ?? fetched.get(keyOf(output)) ?? learnt.get(keyOf(output))?.() ?? toldFor(entry.path, () => cached[entry.hash](entry.id))
    )
  }
  const ensure = async (outputs: Iterable<DataOutput>): Promise<void> => {
    const groups = new Map<string, DataOutput[]>()
    for (const output of outputs) {
      if (!isTreeId(output.entry.id) || fetched.has(keyOf(output)) || treeOf(output) !== undefined) continue
      fetched.set(keyOf(output), undefined)
      const key = `${output.tracked.output.remote ?? ''}\n${output.entry.hash}`
      groups.set(key, [...(groups.get(key) ?? []), output])
    }
    for (const group of groups.values()) {
      const trees = await fetchGroup(repo, group, context)
      for (const output of group) {
        const tree = trees.get(output.entry.id)
        if (tree) fetched.set(keyOf(output), tree)
        else
          context.report({
            type: 'warning',
            message: `${output.entry.path}: its list of files is not in the cache, so that nothing can be said of them`,
          })
      }
    }
  }
  const learn = (outputs: readonly DataOutput[]): void => {
    for (const output of outputs) if (output.tree) learnt.set(keyOf(output), output.tree)
  }
  return { treeOf, learn, ensure, wasLacking: output => fetched.has(keyOf(output)) }
}

const keyOf = ({ entry }: DataOutput): string => `${entry.hash} ${entry.id}`

async function fetchGroup(repo: Repo, group: readonly DataOutput[], context: Context): Promise<ReadonlyMap<ObjectId, Tree>> {
  const ids = group.filter(({ tracked }) => !isFromRepository(tracked.pointer.rest)).map(({ entry }) => entry.id)
  const [first] = group
  if (first === undefined || ids.length === 0) return new Map()
  try {
    const remote = await repo.remote(first.tracked.output.remote)
    const { store, known } = await repo.store(remote, first.entry.hash)
    return (await fetchTrees(ids, { cache: repo.cache(first.entry.hash), remote: store, known }, context)).trees
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted') throw error
    // Without a remote DVC goes on, too; what was asked can be answered for all but these folders.
    if (error.code !== 'no-remote') context.report({ type: 'warning', message: error.message, ...(error.hint && { hint: error.hint }) })
    return new Map()
  }
}
