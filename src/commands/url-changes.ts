/** What `dv status --updates` says of an import by URL: whether its source is still what was imported. */
import { resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import type { Dependency } from '../format/dependency.ts'
import type { Repo } from '../repo/open.ts'
import { isUrl } from '../repo/source-place.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { withUrlSource } from './found-source.ts'
import { nameOf } from './place.ts'
import { isSameSource, isVersioned } from './source-dependency.ts'
import { requestOf, urlSourceOf } from './update-url.ts'

/** DVC's words for a changed dependency (dvc/dependency/base.py, `workspace_status`). */
export type UrlChange = 'deleted' | 'modified' | 'update available'

/** The source, and how DVC calls it: a path in the repository from where one stands, any other one absolute. */
export function namedUrlSource(repo: Repo, tracked: TrackedOutput): { readonly name: string; readonly source: Dependency } {
  const source = urlSourceOf(repo, tracked)
  if (isUrl(source.path)) return { name: source.path, source }
  const path = resolve(requestOf(tracked, source).folder, source.path)
  return { name: path.startsWith(`${repo.root}/`) ? nameOf(repo, path) : path, source }
}

/**
 * Asks the place once; files of this machine are hashed. undefined: all is as it was. DVC passes over frozen imports unless their
 * place keeps versions, which `isVersioned` of source-dependency.ts tells. @throws DvError what the place fails with
 */
export async function changeOfUrl(repo: Repo, tracked: TrackedOutput, context: Context): Promise<UrlChange | undefined> {
  const old = urlSourceOf(repo, tracked)
  return withUrlSource(repo, requestOf(tracked, old), context, async found => {
    if (found === undefined) return 'deleted'
    const now = await found.describe()
    if (isSameSource(old, now)) return undefined
    return isVersioned(old) && old.files === undefined && old.version_id !== undefined ? 'update available' : 'modified'
  })
}
