/** What a checkout did, as text. */
import { formatCount } from '../base/quantities.ts'
import type { CheckoutReport } from './checkout-report.ts'

/** One line for each output, as git has them: M, A, D. */
export function renderChanges(report: CheckoutReport): string {
  const lines = [
    ...sorted(report.modified).map(name => `M       ${name}`),
    ...sorted(report.added).map(name => `A       ${name}`),
    ...sorted(report.deleted).map(name => `D       ${name}`),
    ...report.lost.map(name => `lost    ${name}`),
  ]
  if (report.relinked && !report.dryRun) lines.push('Relinked successfully')
  return lines.map(line => `${line}\n`).join('')
}

export function renderSummary(report: CheckoutReport): string {
  return `${summaryOf(report) || 'No changes.'}\n`
}

/** `2 files modified, 2 files added and 3 files deleted`, of a dry run `2 files to modify …`; '' for nothing */
export function summaryOf({ files, dryRun }: CheckoutReport): string {
  const told = (count: number, [did, would]: readonly [string, string]): readonly string[] =>
    count > 0 ? [`${formatCount(count, 'file')} ${dryRun ? `to ${would}` : did}`] : []
  const parts = [
    ...told(files.modified, ['modified', 'modify']),
    ...told(files.added, ['added', 'add']),
    ...told(files.deleted, ['deleted', 'delete']),
  ]
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export function renderFailed({ failed }: CheckoutReport): string {
  if (failed.length === 0) return ''
  return `ERROR: these could not be checked out whole, since the cache lacks some of their data:\n${failed.map(name => `  ${name}\n`).join('')}hint: dv pull ${failed.length === 1 ? failed[0] : ''}\n`.replace(
    / +\n/g,
    '\n',
  )
}

/** Folders first, as DVC lists them. */
const sorted = (names: readonly string[]): readonly string[] =>
  [...names].sort((a, b) => Number(b.endsWith('/')) - Number(a.endsWith('/')) || (a < b ? -1 : 1))
