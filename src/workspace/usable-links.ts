/** Which kinds of link work between an output and the cache. */
import { unlinkSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'
import type { Cache } from '../store/cache.ts'
import { type FileRows, pathIn } from './file-rows.ts'
import { cloneFile, type LinkKind, linkRefusals } from './link.ts'
import type { Place } from './place.ts'
import { sizeOf } from './stamp-rows.ts'

/**
 * `links` without `reflink` where blocks cannot be shared: tried by cloning one file of the output. The others are tried when
 * they are needed, since a link's own file system call is the trial.
 */
export function usableLinks(
  links: readonly LinkKind[],
  { place, rows, cache }: { readonly place: Place; readonly rows: FileRows; readonly cache: Cache },
): readonly LinkKind[] {
  if (links[0] !== 'reflink') return links
  const sample = rows.paths.findIndex((_, row) => sizeOf(rows.stamps, row) > 0)
  if (sample === -1) return links
  return clones(pathIn(place.path, rows.paths[sample] ?? ''), cache.temporaryPath()) ? links : links.filter(kind => kind !== 'reflink')
}

function clones(from: string, to: string): boolean {
  try {
    cloneFile(from, to)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', ...linkRefusals)) return false
    throw error
  }
  unlinkSync(to)
  return true
}
