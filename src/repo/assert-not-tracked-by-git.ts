/** Data that git keeps cannot be kept by dv as well. */
import { dirname, relative } from 'node:path'
import { DvError } from '../base/error.ts'
import type { Git } from './git.ts'

/**
 * One question to git for all `paths`, which are absolute; `nameOf` says how the user calls one.
 * @throws DvError 'tracked-by-git' when git has one of them, or something below it, in its index
 */
export function assertNotTrackedByGit(git: Git | undefined, paths: readonly string[], nameOf: (path: string) => string): void {
  const held = git && paths.length > 0 ? git.trackedUnder(paths) : []
  if (held.length === 0) return
  const asked = new Set(paths)
  const first = held.map(file => holderOf(file, asked)).find(path => path !== undefined)
  if (first === undefined) return
  const name = nameOf(first)
  const inFirst = held.filter(file => file === first || file.startsWith(`${first}/`))
  const inside = inFirst.find(file => file !== first)
  const which = inside === undefined ? '' : ` (${relative(first, inside)}${inFirst.length > 1 ? ` and ${inFirst.length - 1} more` : ''})`
  throw new DvError('tracked-by-git', `output '${name}' is already tracked by SCM (e.g. Git)${which}`, {
    hint: `git rm -r --cached ${quoted(name)} && git commit -m "stop tracking ${name}"`,
  })
}

/** Which of `paths` is `file`, or holds it. */
function holderOf(file: string, paths: ReadonlySet<string>): string | undefined {
  for (let at = file; dirname(at) !== at; at = dirname(at)) if (paths.has(at)) return at
  return undefined
}

const quoted = (name: string): string => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)
