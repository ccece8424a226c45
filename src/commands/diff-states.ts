/** The difference of two versions in DVC's words: its JSON, its text, its table (dvc/commands/diff.py). */
import { compareCodePoints } from '../base/code-points.ts'
import { columnsOf } from '../base/columns.ts'
import { type Change, shownPath, type TrackedEntry, type VersionChanges } from '../repo/compare-versions.ts'

export type DiffState = 'added' | 'deleted' | 'modified' | 'renamed' | 'not in cache'

type Pair = { readonly old: string; readonly new: string }

export interface DiffEntry {
  readonly path: string | Pair
  readonly hash?: string | Pair
}

/** All states, or none at all when nothing differs. */
export type DiffStates = Partial<Readonly<Record<DiffState, readonly DiffEntry[]>>>

interface Differences extends VersionChanges {
  /** from the old version, not in the cache */
  readonly missing: readonly TrackedEntry[]
}

export function diffStates(
  { added, deleted, modified, renamed, missing }: Differences,
  { showHash, showMissing }: { readonly showHash: boolean; readonly showMissing: boolean },
): DiffStates {
  const isSame = [added, deleted, modified, renamed, missing].every(each => each.length === 0)
  if (isSame) return {}
  const made = (path: DiffEntry['path'], hash: DiffEntry['hash']): DiffEntry => ({ path, ...(showHash && hash !== undefined && { hash }) })
  const ofOne = (entry: TrackedEntry): DiffEntry => made(shownPath(entry), entry.id)
  return {
    added: sorted(added.map(ofOne)),
    deleted: sorted(deleted.map(ofOne)),
    modified: sorted(modified.map(({ before, after }: Change) => made(shownPath(before), { old: before.id, new: after.id }))),
    renamed: sorted(renamed.map(({ before, after }: Change) => made({ old: shownPath(before), new: shownPath(after) }, before.id))),
    ...(showMissing && { 'not in cache': sorted(missing.map(ofOne)) }),
  }
}

const oldPath = ({ path }: DiffEntry): string => (typeof path === 'string' ? path : path.old)

const sorted = (entries: DiffEntry[]): readonly DiffEntry[] => entries.sort((a, b) => compareCodePoints(oldPath(a), oldPath(b)))

/** DVC's order, which is not that of the JSON. */
const shownStates: readonly DiffState[] = ['added', 'deleted', 'renamed', 'modified', 'not in cache']

export function renderDiff(states: DiffStates): string {
  const groups = shownStates.flatMap(state => (states[state]?.length ? [[state, states[state]] as const] : []))
  const texts = groups.map(([state, entries]) => {
    const lines = entries.map(entry => `    ${entry.hash === undefined ? '' : `${digest(entry.hash)}  `}${shown(entry.path)}\n`)
    return `${state.charAt(0).toUpperCase()}${state.slice(1)}:\n${lines.join('')}\n`
  })
  const counts = groups.map(([state, entries]) => [entries.filter(({ path }) => !shown(path).endsWith('/')).length, state] as const)
  const summary = counts.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`)
  return `${texts.join('')}${summary.length > 0 ? `files summary: ${summary.join(', ')}\n` : ''}`
}

export function renderDiffTable(states: DiffStates, showHash: boolean): string {
  const rows = shownStates.flatMap(state =>
    (states[state] ?? []).map(({ path, hash }) => [state, ...(showHash ? [hash === undefined ? '' : digest(hash)] : []), shown(path)]),
  )
  const heads = ['Status', ...(showHash ? ['Hash'] : []), 'Path']
  const widths = heads.map((head, column) => rows.reduce((width, row) => Math.max(width, columnsOf(row[column] ?? '')), head.length + 2))
  const padded = (cell: string, column: number): string => cell + ' '.repeat((widths[column] ?? 0) - columnsOf(cell))
  const line = (cells: readonly string[]): string => `| ${cells.map(padded).join(' | ')} |\n`
  return `${line(heads)}|${widths.map(width => '-'.repeat(width + 2)).join('|')}|\n${rows.map(line).join('')}\n`
}

const shown = (path: DiffEntry['path']): string => (typeof path === 'string' ? path : `${path.old} -> ${path.new}`)

/** As many digits as DVC shows. */
const digestLength = 8

const digest = (hash: string | Pair): string =>
  typeof hash === 'string' ? hash.slice(0, digestLength) : `${hash.old.slice(0, digestLength)}..${hash.new.slice(0, digestLength)}`
