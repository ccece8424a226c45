/** Whether what an import was made from is another by now: what `dv status` says of its source. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Dependency, sourceOf } from '../format/dependency.ts'
import { callOfSource } from '../repo/import-source.ts'
import type { Repo } from '../repo/open.ts'
import { withSource } from '../repo/source.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import type { SourceState } from './local-status.ts'
import { nameOf } from './place.ts'
import { changeOfUrl, namedUrlSource } from './url-changes.ts'

/**
 * As `Stage.status` of DVC: what is frozen is asked when `updates` are, and only where the answer is a commit. DVC's answer is about
 * the repository as a whole, so that it tells an update also when the path is as it was. Each repository is asked once.
 */
export function openSourceStates(
  repo: Repo,
  { updates }: { readonly updates: boolean },
  context: Context,
): (tracked: TrackedOutput) => Promise<ReadonlyMap<string, SourceState>> {
  const asked = new Map<string, Promise<string | undefined>>()
  return async tracked => {
    const { pointer, pointerFile, path } = tracked
    const source = sourceOf(pointer)
    const repository = source?.repo
    if (source === undefined || (pointer.frozen && !updates)) return new Map()
    if (repository === undefined) return urlStates(repo, tracked, context)
    if (repository.rev_lock === undefined) return new Map()
    try {
      const call = callOfSource(repo, { pointerFile, repository, rev: repository.rev ?? 'HEAD' }, context)
      const key = JSON.stringify([call.context.cwd, call.options])
      const commit = asked.get(key) ?? withSource(call.options, call.context, async ({ commit }) => commit)
      asked.set(key, commit)
      return (await commit) === repository.rev_lock ? new Map() : new Map([[sourceName(source), 'update available']])
    } catch (error) {
      throw toldOfSource(error, { source, name: nameOf(repo, path) })
    }
  }
}

async function urlStates(repo: Repo, tracked: TrackedOutput, context: Context): Promise<ReadonlyMap<string, SourceState>> {
  const { name, source } = namedUrlSource(repo, tracked)
  try {
    const state = await changeOfUrl(repo, tracked, context)
    return state === undefined ? new Map() : new Map([[name, state]])
  } catch (error) {
    throw toldOfSource(error, { source, name: nameOf(repo, tracked.path) })
  }
}

/** DVC's name of it. */
export const sourceName = ({ path, repo }: Dependency): string => (repo === undefined ? path : `${path} (${repo.url})`)

/** Whose source it is that fails: a repository may have imports from many. */
export function toldOfSource(error: unknown, { source, name }: { readonly source: Dependency; readonly name: string }): unknown {
  if (!(error instanceof DvError) || error.code === 'interrupted') return error
  const hint = error.code === 'bad-target' ? `write into the pointer of '${name}', at url, where its source is now` : error.hint
  return new DvError(error.code, `the source of '${name}', ${sourceName(source)}, cannot be used: ${error.message}`, { hint, cause: error })
}
