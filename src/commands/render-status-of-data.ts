/** dv data status, for people. */
import type { GitChanges } from '../repo/git-changes.ts'
import type { DataStatus } from './status-of-data.ts'
import type { DataChanges } from './told-changes.ts'

interface Section {
  readonly title: string
  readonly hints: readonly string[]
  readonly items: readonly string[]
}

export function renderDataStatus({ status, git }: { readonly status: DataStatus; readonly git: GitChanges | undefined }): string {
  const shown = sectionsOf(status).filter(({ items }) => items.length > 0)
  const texts = shown.map(({ title, hints, items }) =>
    [`${title}:`, ...hints.map(hint => `  (${hint})`), ...items.map(item => `        ${item}`), ''].join('\n'),
  )
  const none = `No changes${git?.isEmpty ? ' in an empty git repository' : ''}.\n`
  const others = git?.isDirty ? `(there are ${shown.length > 0 ? 'other ' : ''}changes not tracked by dv, use "git status" to see)\n` : ''
  return `${shown.length > 0 ? texts.join('\n') : none}${others}`
}

const sectionsOf = (status: DataStatus): readonly Section[] => [
  { title: 'Not in cache', hints: ['use "dv fetch <file>..." to download files'], items: status.not_in_cache },
  { title: 'Not in remote', hints: ['use "dv push <file>..." to upload files'], items: status.not_in_remote },
  {
    title: 'Committed changes',
    hints: ['in the pointers: use "git commit" to record them'],
    items: itemsOf(status.committed),
  },
  {
    title: 'Uncommitted changes',
    hints: ['use "dv add <file>..." to track changes', 'use "dv checkout <file>..." to discard changes'],
    items: itemsOf(status.uncommitted),
  },
  { title: 'Untracked files', hints: ['use "git add <file>..." or "dv add <file>..." to track them'], items: status.untracked },
  { title: 'Unchanged', hints: [], items: status.unchanged },
]

const itemsOf = (changes: DataChanges): readonly string[] =>
  Object.entries(changes).flatMap(([state, items]: [string, NonNullable<DataChanges[keyof DataChanges]>]) =>
    items.map(item => `${state}: ${typeof item === 'string' ? item : `${item.old} -> ${item.new}`}`),
  )
