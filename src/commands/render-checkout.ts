/** What a checkout did, as text. */
import { formatCount } from '../base/quantities.ts'
import type { CheckoutReport } from './checkout-outputs.ts'

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

/** `2 files modified, 2 files added and 3 files deleted`; '' for nothing */
export function summaryOf({ files }: CheckoutReport): string {
  const parts = [
    ...(files.modified > 0 ? [`${formatCount(files.modified, 'file')} modified`] : []),
    ...(files.added > 0 ? [`${formatCount(files.added, 'file')} added`] : []),
    ...(files.deleted > 0 ? [`${formatCount(files.deleted, 'file')} deleted`] : []),
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
