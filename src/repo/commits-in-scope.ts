/** Which commits a scope of DVC's means (dvc/scm.py `iter_revs`), and how a person calls them. */
import { DvError } from '../base/error.ts'
import type { Git } from './git.ts'
import { type GitPlace, runGit } from './git-run.ts'

export interface CommitScope {
  readonly rev?: string
  /** so many commits of each root, by first parents; default 1 */
  readonly num?: number
  readonly allBranches?: boolean
  readonly allTags?: boolean
  readonly allCommits?: boolean
  readonly allExperiments?: boolean
  /** yyyy-mm-dd, in local time: what was committed from that day on */
  readonly date?: string
}

export interface ScopedCommit {
  readonly commit: string
  /** `main`, `v1`, or the first digits of the commit */
  readonly name: string
}

/**
 * Each once. -A means what DVC means by it and, since too much is safer than too little, every other ref, the stashes, and what is
 * checked out in other work trees of this repository. A ref that git cannot read is an error. @throws DvError 'git-failed', 'bad-options'
 */
export function commitsInScope(git: Git, place: GitPlace, scope: CommitScope): readonly ScopedCommit[] {
  const names = namesOfCommits(place)
  const lines = (...args: readonly string[]): readonly string[] => linesOf(runGit(place, args).output)
  const last = (start: string): readonly string[] => lines('rev-list', '--first-parent', `--max-count=${scope.num ?? 1}`, start)
  const commits = new Set<string>()
  const addAll = (found: readonly string[]): void => {
    for (const commit of found) commits.add(commit)
  }
  if (scope.rev !== undefined) addAll(last(git.commitOf(scope.rev)))
  if (scope.allCommits) addAll(allCommits(git, lines))
  if (scope.allBranches) for (const tip of git.commits('branches')) addAll((scope.num ?? 1) > 1 ? last(tip) : [tip])
  if (scope.allTags) addAll(git.commits('tags'))
  if (scope.date !== undefined) addAll(commitsSince(scope.date, lines, git))
  if (scope.allExperiments) addAll(experiments(lines))
  return [...commits].map(commit => ({ commit, name: names.get(commit) ?? commit.slice(0, shownDigits) }))
}

/** In a shallow clone there are commits before those that it has, and nobody here knows what they name. */
export const isShallow = (place: GitPlace): boolean =>
  runGit(place, ['rev-parse', '--is-shallow-repository']).output.toString().trim() === 'true'

/** As many as git shows by default. */
const shownDigits = 7

type Lines = (...args: readonly string[]) => readonly string[]

/** `--all` alone would leave out a detached HEAD; of stashes it knows the last one. */
function allCommits(git: Git, lines: Lines): readonly string[] {
  const heads = lines('worktree', 'list', '--porcelain').flatMap(line => /^HEAD ([0-9a-f]*[1-9a-f][0-9a-f]*)$/.exec(line)?.[1] ?? [])
  const hasStash = lines('for-each-ref', '--format=%(refname)', 'refs/stash').length > 0
  const stashes = hasStash ? lines('rev-list', '-g', 'refs/stash') : []
  return [...lines('rev-list', ...(git.head() === undefined ? [] : ['HEAD']), ...heads, '--all'), ...stashes]
}

/** git's own `--since` stops at the first older commit, and clocks of colleagues differ. */
function commitsSince(date: string, lines: Lines, git: Git): readonly string[] {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? []
  const since = new Date(Number(year), Number(month) - 1, Number(day)).getTime() / 1000
  if (year === undefined || Number.isNaN(since)) throw new DvError('bad-options', `--date takes yyyy-mm-dd, not '${date}'`)
  const found = lines('rev-list', '--timestamp', ...(git.head() === undefined ? [] : ['HEAD']), '--branches', '--tags', '--remotes')
  return found.flatMap(line => {
    const [seconds, commit = ''] = line.split(' ')
    return Number(seconds) >= since ? [commit] : []
  })
}

/** `refs/exps/ab/<rest of the commit that it began at>/<name>`: the commits since then. Of other refs there, the tip. */
function experiments(lines: Lines): readonly string[] {
  return lines('for-each-ref', '--format=%(objectname) %(refname)', 'refs/exps').flatMap(line => {
    const [tip = '', ref = ''] = line.split(' ')
    const [, start, rest] = /^refs\/exps\/([0-9a-f]{2})\/([0-9a-f]{38,})\//.exec(ref) ?? []
    return start === undefined ? [tip] : lines('rev-list', tip, `^${start}${rest}`)
  })
}

function namesOfCommits(place: GitPlace): ReadonlyMap<string, string> {
  const format = '--format=%(objectname) %(*objectname) %(refname:short)'
  const { output } = runGit(place, ['for-each-ref', format, 'refs/heads', 'refs/tags'])
  const names = new Map<string, string>()
  for (const line of linesOf(output)) {
    const [object = '', peeled = '', ...name] = line.split(' ')
    const commit = peeled || object
    const others = names.get(commit)
    names.set(commit, others === undefined ? name.join(' ') : `${others}, ${name.join(' ')}`)
  }
  return names
}

const linesOf = (output: Buffer): readonly string[] =>
  output
    .toString()
    .split('\n')
    .filter(line => line !== '')
