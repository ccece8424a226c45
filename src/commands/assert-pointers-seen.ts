/** A pointer that an ignore file hides would be written and never be found again: its data would count as not tracked. */
import { relative } from 'node:path'
import { DvError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import type { AddPlan } from './add-plan.ts'
import { nameOf } from './place.ts'

/** Of those that are new; one call of git for all. @throws DvError 'bad-target' */
export function assertPointersSeen(repo: Repo, plans: readonly AddPlan[]): void {
  const files = plans.filter(({ tracked }) => !tracked).map(({ pointerFile }) => pointerFile)
  for (const file of files) {
    const rule = repo.ignore.explain(relative(repo.root, file), { isFolder: false })
    if (rule?.ignored)
      throw new DvError('bad-target', `'${nameOf(repo, file)}' would be ignored by ${rule.file}:${rule.line}: ${rule.pattern}`, {
        hint: `remove the pattern from ${rule.file}`,
      })
  }
  const [ignored] = files.length > 0 ? (repo.git?.ignored(files) ?? []) : []
  if (ignored !== undefined)
    throw new DvError('bad-target', `bad DVC file name '${nameOf(repo, ignored)}' is git-ignored: its data would not be found again`, {
      hint: `git check-ignore -v ${nameOf(repo, ignored)}   says by which line`,
    })
}
