/** What git should be told about: staged with core.autostage, else shown as a line to type. */
import type { Repo } from '../repo/open.ts'
import { nameOf } from './place.ts'

export interface ToldToGit {
  /** relative to the working folder */
  readonly changed: readonly string[]
  readonly withGit: boolean
  readonly staged: boolean
}

/** `files` absolute. `stages` false: where DVC never stages. */
export function tellGit(repo: Repo, files: readonly string[], { stages = true }: { readonly stages?: boolean } = {}): ToldToGit {
  const changed = [...new Set(files)]
  const staged = stages && repo.config.get('core', 'autostage')?.toLowerCase() === 'true'
  if (staged && changed.length > 0) repo.git?.stage(changed)
  return { staged, withGit: repo.git !== undefined, changed: changed.map(path => nameOf(repo, path)) }
}

/** '' when there is nothing to type. */
export function renderGitHint({ changed, staged, withGit }: ToldToGit): string {
  if (changed.length === 0 || staged || !withGit) return ''
  return `\nTo track the changes with git:\n\n\tgit add ${[...changed].sort().map(quoted).join(' ')}\n`
}

/** for the shell, where it needs it */
const quoted = (name: string): string => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)
