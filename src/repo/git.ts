/** The git that the user has, as a child process. No value from a repository or a person can become an option of it. */

export type RefScope = 'branches' | 'tags' | 'all'

export interface GitEntry {
  /** '/' separated, relative to the git root */
  readonly path: string
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule'
  /** git's own object name */
  readonly blob: string
}

/** All calls throw DvError 'git-failed' with git's own words when git fails, and a hint where the cure is known ("dubious ownership", no git). */
export interface Git {
  /** absolute path of the work tree */
  readonly root: string
  /** of `paths` (absolute) and what lies below them, what is in the index; absolute paths */
  trackedUnder(paths: readonly string[]): readonly string[]
  /** `git add` of these files; one that is gone is staged as deleted */
  stage(paths: readonly string[]): void
  /** those of `paths` (absolute; a folder may end in '/') that git ignores */
  ignored(paths: readonly string[]): ReadonlySet<string>
  isIgnored(path: string): boolean
  /** the full name of the commit that `revision` means; 'git-failed' when there is none */
  commitOf(revision: string): string
  /** undefined before the first commit */
  head(): string | undefined
  /** commits at the tips of branches, tags, or both and all remote branches (as -a, -T, -A); each once */
  commits(scope: RefScope): readonly string[]
  /** undefined when the commit has no such file; path '/' separated, relative to the git root */
  readAt(commit: string, path: string): Promise<Uint8Array | undefined>
  listAt(commit: string): readonly GitEntry[]
  /** ends the long-lived reader */
  close(): Promise<void>
}

/** `root`: the work tree. Starts nothing. */
export function openGit(root: string): Git {
  throw new Error(`to be built: openGit(${root})`)
}

/** @throws DvError 'tracked-by-git' when git has `path` (absolute), or something below it, in its index */
export function assertNotTrackedByGit(git: Git | undefined, path: string, name: string): void {
  throw new Error(`to be built: ${git?.root} ${path} ${name}`)
}
