/** Tells once what links would save, where every file is kept twice. */
import { existsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { isSystemError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { formatBytes } from '../base/quantities.ts'
import { type Repo, stateFolder } from '../repo/open.ts'
import { replaceFile } from '../repo/replace-file.ts'
import { linkRefusals } from '../store/clone-file.ts'
import { linkBy } from '../workspace/link.ts'

/** bytes; below it a second copy is not worth a word */
const worthSaying = 1e9

export interface Copied {
  /** bytes that are in the cache and in the work tree */
  readonly bytes: number
  /** one of the objects, to try on it what the disk can do */
  readonly id: ObjectId | undefined
}

/** Nothing is said when links are on, when the disk shares blocks anyway, or when it was said before in this clone. */
export function adviseLinks(repo: Repo, { bytes, id }: Copied, context: Context): void {
  if (bytes < worthSaying || !id || isTreeId(id) || repo.links.some(kind => kind === 'hardlink' || kind === 'symlink')) return
  const said = join(stateFolder(repo.root), 'links-advised')
  if (existsSync(said) || canShareBlocks(repo, id)) return
  replaceFile(said, '')
  context.report({
    type: 'warning',
    message: `${formatBytes(bytes)} are on this disk twice, in the cache and in the work tree. Hard links save the second copy; the files become read-only then (dv help links)`,
    hint: 'dv config cache.type hardlink,copy && dv checkout --relink',
  })
}

function canShareBlocks(repo: Repo, id: ObjectId): boolean {
  const cache = repo.cache('md5')
  const attempt = cache.temporaryPath()
  try {
    linkBy.reflink(cache.pathOf(id), attempt)
    unlinkSync(attempt)
    return true
  } catch (error) {
    // ENOENT: the output has the older layout of DVC 2, and is not worth another look.
    if (isSystemError(error, ...linkRefusals, 'ENOENT')) return false
    throw error
  }
}
