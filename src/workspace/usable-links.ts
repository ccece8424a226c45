/** Which kinds of link work between an output and the cache. */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSystemError } from '../base/error.ts'
import { openUnfinishedNames } from '../base/unfinished-name.ts'
import type { Cache } from '../store/cache.ts'
import { linkRefusals } from '../store/clone-file.ts'
import { type LinkKind, linkBy } from './link.ts'
import type { Place } from './place.ts'

/** Where the output's files are: `isFolder` false for a single file. */
export interface Probe {
  readonly place: Place
  readonly isFolder: boolean
  readonly cache: Cache
}

/**
 * `links` without those at its front that do not work: each is tried on a file of our own, from the cache into the output's
 * folder. Without it an `add` on two file systems would replace every file of the user's by an equal copy, each time.
 */
export function usableLinks(links: readonly LinkKind[], { place, isFolder, cache }: Probe): readonly LinkKind[] {
  if (links[0] === undefined || links[0] === 'copy') return ['copy']
  const from = cache.temporaryPath()
  const to = `${isFolder ? place.path : dirname(place.path)}/${openUnfinishedNames()()}`
  closeSync(openSync(from, 'wx'))
  try {
    const first = links.findIndex(kind => kind === 'copy' || works(kind, { from, to }))
    return first === -1 ? ['copy'] : links.slice(first)
  } finally {
    unlinkSync(from)
  }
}

function works(kind: Exclude<LinkKind, 'copy'>, { from, to }: { readonly from: string; readonly to: string }): boolean {
  try {
    linkBy[kind](from, to)
  } catch (error) {
    if (isSystemError(error, 'EROFS', ...linkRefusals)) return false
    throw error
  }
  unlinkSync(to)
  return true
}
