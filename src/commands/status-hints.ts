/** What a person can do about what status found. */
import type { Repo } from '../repo/open.ts'
import type { LocalStatus, OutputState } from './local-status.ts'
import { nameOf } from './place.ts'
import { readStoppedMove } from './stopped-move.ts'

export interface Found {
  /** absolute path of the output */
  readonly path: string
  readonly state: OutputState
  /** not in the cache, but the work tree holds just what the pointer says */
  readonly isHere: boolean
}

export function hintsFor(repo: Repo, found: readonly Found[]): readonly string[] {
  const has = (...states: readonly OutputState[]): boolean => found.some(({ state }) => states.includes(state))
  const lacking = found.filter(({ state }) => state === 'not in cache')
  const deleted = found.filter(({ state }) => state === 'deleted')
  return [
    ...(has('modified', 'new') ? ['(use "dv add <data>" to record a change, "dv checkout <data>" to undo it)'] : []),
    ...(deleted.length > 0 ? ['(use "dv checkout <data>" to bring deleted data back)'] : []),
    ...stoppedMove(repo, deleted),
    ...(lacking.some(({ isHere }) => isHere) ? ['(use "dv commit <data>" to put into the cache what is only in the work tree)'] : []),
    ...(lacking.some(({ isHere }) => !isHere) ? ['(use "dv fetch" or "dv pull" to download what the cache lacks)'] : []),
  ]
}

export function sourceHints(pointers: LocalStatus['pointers']): readonly string[] {
  const first = [...pointers].find(([, { sources }]) => sources.size > 0)?.[0]
  return first === undefined ? [] : [`(use "dv update ${first}" to import what the source has now)`]
}

function stoppedMove(repo: Repo, deleted: readonly Found[]): readonly string[] {
  const move = deleted.length > 0 ? readStoppedMove(repo.root) : undefined
  if (!move || !deleted.some(({ path }) => path === move.from || path === move.to)) return []
  return [`(a move was stopped on its way; it goes on with "dv move ${nameOf(repo, move.from)} ${nameOf(repo, move.to)}")`]
}
