/** Data that git keeps cannot be kept by dv as well. */
import { relative } from 'node:path'
import { DvError } from '../base/error.ts'
import type { Git } from './git.ts'

/**
 * `path` absolute; `name` is how the user calls it.
 * @throws DvError 'tracked-by-git' when git has `path`, or something below it, in its index
 */
export function assertNotTrackedByGit(git: Git | undefined, path: string, name: string): void {
  const tracked = git?.trackedUnder([path]) ?? []
  const first = tracked[0]
  if (first === undefined) return
  const which = first === path ? '' : ` (${relative(path, first)}${tracked.length > 1 ? ` and ${tracked.length - 1} more` : ''})`
  throw new DvError('tracked-by-git', `output '${name}' is already tracked by SCM (e.g. Git)${which}`, {
    hint: `git rm -r --cached ${quoted(name)} && git commit -m "stop tracking ${name}"`,
  })
}

const quoted = (name: string): string => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)
