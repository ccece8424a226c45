/** What an edit of lists came to. */
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { Repo } from '../repo/open.ts'
import type { OutputEdit } from './output-edit.ts'
import { nameOf } from './place.ts'
import type { Content } from './record-output.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

export interface EditReport extends ToldToGit {
  readonly edited: readonly EditedOutput[]
  /** files without a copy anywhere that --force removed or replaced */
  readonly lost: readonly string[]
  readonly dryRun: boolean
}

/** Files that the list gained, lost, and has with other content now. */
export interface EditedOutput {
  readonly name: string
  readonly pointer: string
  readonly added: number
  readonly removed: number
  readonly replaced: number
  /** in all, afterwards */
  readonly fileCount: number
  /** bytes in all; undefined when those of a file that came or went are not known here */
  readonly size?: number
}

export function editReport(
  repo: Repo,
  steps: readonly { readonly edit: OutputEdit; readonly content: Content }[],
  { lost, changed, dryRun }: { readonly lost: readonly string[]; readonly changed: readonly string[]; readonly dryRun: boolean },
): EditReport {
  return {
    ...tellGit(repo, changed, { stages: !dryRun }),
    edited: steps.map(({ edit, content }) => ({
      name: nameOf(repo, edit.tracked.path),
      pointer: nameOf(repo, edit.tracked.pointerFile),
      added: edit.arrivals.length - edit.replaced.length,
      removed: edit.removed.length,
      replaced: edit.replaced.length,
      fileCount: edit.after.length,
      ...(content.size === undefined ? {} : { size: content.size }),
    })),
    lost,
    dryRun,
  }
}

export function renderEdits({ edited, lost, dryRun, ...told }: EditReport): string {
  const lines = edited.map(each => {
    const counts = [
      ...(each.added > 0 ? [`${formatCount(each.added, 'file')} added`] : []),
      ...(each.replaced > 0 ? [`${formatCount(each.replaced, 'file')} replaced`] : []),
      ...(each.removed > 0 ? [`${formatCount(each.removed, 'file')} removed`] : []),
    ]
    const size = each.size === undefined ? '' : `, ${formatBytes(each.size)}`
    return `${each.name}: ${counts.join(', ') || 'nothing changed'}; ${formatCount(each.fileCount, 'file')}${size} in all\n`
  })
  const gone = lost.map(name => `${dryRun ? 'would be lost' : 'lost'}: ${name}\n`)
  return `${lines.join('')}${gone.join('')}${renderGitHint(told)}`
}
