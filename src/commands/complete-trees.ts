/** Which folders' files are all in the cache, remembered for as long as nothing enters or leaves it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSystemError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { type Repo, stateFolder } from '../repo/open.ts'
import { replaceFile } from '../repo/replace-file.ts'
import { sealOf } from '../store/folder-seal.ts'

export interface CompleteTrees {
  /** `tree` is asked for only when the answer is not known. A tree that cannot be read is not complete. */
  has(id: ObjectId, tree: () => Tree | undefined): boolean
  /** Keeps what was learnt, where it may. */
  flush(): void
}

/** One for each layout of the cache; looks at nothing before it is asked. Losing its file costs a listing of the cache. */
export function openCompleteTrees(repo: Repo, hash: HashKind): CompleteTrees {
  const cache = repo.cache(hash)
  const file = join(stateFolder(repo.root), `complete-trees-${hash}`)
  const seal = (): string | undefined => sealOf(cache, repo.context.now())
  let known: { readonly seal: string | undefined; readonly ids: Set<string>; isNew: boolean } | undefined
  const load = (): NonNullable<typeof known> => {
    const now = seal()
    const [sealThen, ...ids] = readIfThere(file).split('\n')
    return { seal: now, ids: new Set(now !== undefined && sealThen === now ? ids : []), isNew: false }
  }
  return {
    has: (id, tree) => {
      known ??= load()
      if (known.ids.has(id)) return true
      const listed = tree()
      if (listed === undefined) return false
      const files = new Set([...listed.map(entry => entry.id), id])
      if (cache.hasNow([...files]).size < files.size) return false
      known.ids.add(id)
      known.isNew = true
      return true
    },
    flush: () => {
      // Sealed again: what left the cache meanwhile must not be remembered as there.
      if (known?.isNew && known.seal !== undefined && seal() === known.seal) writeIfAllowed(file, [known.seal, ...known.ids].join('\n'))
    },
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return ''
    throw error
  }
}

function writeIfAllowed(file: string, text: string): void {
  try {
    replaceFile(file, text)
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) throw error
  }
}
