/** What the cache lacks of outputs: DVC's "not in cache". */
import { type HashKind, isTreeId } from '../base/object-id.ts'
import type { TrackedEntry } from '../repo/compare-versions.ts'
import type { Repo } from '../repo/open.ts'
import { type DataOutput, type TreeOf, versionOf } from './compared-outputs.ts'
import { openCompleteTrees } from './complete-trees.ts'
import type { FileLists } from './file-lists.ts'

export interface CacheCheck {
  /** Those of which something may be lacking. With `treeOf` the files in folders are asked about, too. */
  doubtful(outputs: readonly DataOutput[], treeOf?: TreeOf): readonly DataOutput[]
  /** @param lists have been ensured for `doubtful` when files in folders are meant */
  lacking(doubtful: readonly DataOutput[], lists?: FileLists): readonly TrackedEntry[]
  flush(): void
}

export function openCacheCheck(repo: Repo): CacheCheck {
  const complete = { md5: openCompleteTrees(repo, 'md5'), 'md5-dos2unix': openCompleteTrees(repo, 'md5-dos2unix') }
  const present = (entries: readonly TrackedEntry[]): ((entry: TrackedEntry) => boolean) => {
    const kinds: readonly HashKind[] = ['md5', 'md5-dos2unix']
    const [md5, legacy] = kinds.map(kind => repo.cache(kind).hasNow(entries.filter(({ hash }) => hash === kind).map(({ id }) => id)))
    return ({ id, hash }) => (hash === 'md5' ? md5 : legacy)?.has(id) === true
  }
  return {
    doubtful: (outputs, treeOf) => {
      const folders = treeOf ? outputs.filter(({ entry }) => isTreeId(entry.id)) : []
      const others = treeOf ? outputs.filter(({ entry }) => !isTreeId(entry.id)) : outputs
      const isThere = present(others.map(({ entry }) => entry))
      return [
        ...others.filter(({ entry }) => !isThere(entry)),
        ...folders.filter(output => !complete[output.entry.hash].has(output.entry.id, () => treeOf?.(output))),
      ]
    },
    lacking: (doubtful, lists) => {
      const lackedLists = new Set(doubtful.filter(output => lists?.wasLacking(output)).map(({ entry }) => entry.path))
      const { entries } = versionOf(doubtful, lists?.treeOf)
      const isThere = present(entries)
      return entries.filter(entry => lackedLists.has(entry.path) || !isThere(entry))
    },
    flush: () => {
      for (const trees of Object.values(complete)) trees.flush()
    },
  }
}
