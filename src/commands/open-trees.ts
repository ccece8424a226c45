/** Lists of data sets, each fetched and read once. */
import type { Context } from '../base/context.ts'
import type { Tree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { treeOfOutput } from './tree-of-output.ts'

export function openTrees(repo: Repo, context: Context): (tracked: TrackedOutput) => Promise<Tree> {
  const trees = new Map<string, Promise<Tree>>()
  return tracked => {
    const known = trees.get(tracked.path) ?? treeOfOutput(repo, tracked, context)
    trees.set(tracked.path, known)
    return known
  }
}
