/** dv data status: what changed since the last commit, before and after it went into pointers. */
import type { Context } from '../base/context.ts'
import { compareVersions } from '../repo/compare-versions.ts'
import { type GitChanges, gitChanges } from '../repo/git-changes.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { pointersAt } from '../repo/pointers-at.ts'
import { type Command, jsonFlag } from './command.ts'
import {
  type DataOutput,
  differing,
  outputsMeant,
  pointerOutputs,
  type TreeOf,
  versionOf,
  withoutCommonFiles,
  workspaceOutputs,
} from './compared-outputs.ts'
import { type FileLists, openFileLists } from './file-lists.ts'
import { openCacheCheck } from './not-in-cache.ts'
import { notInRemote } from './not-in-remote.ts'
import { renderDataStatus } from './render-status-of-data.ts'
import { type DataChanges, dataChanges, pathsOf } from './told-changes.ts'
import { untrackedBelow } from './untracked-below.ts'

interface Options {
  readonly targets?: readonly string[]
  readonly granular?: boolean
  readonly unchanged?: boolean
  readonly untrackedFiles?: 'no' | 'all'
  readonly notInRemote?: boolean
  readonly remote?: string
  readonly remoteRefresh?: boolean
  readonly json?: boolean
}

/** DVC's keys. Folders end in `/`; paths are relative to the repository's root, those of git's files to the working folder. */
export interface DataStatus {
  readonly not_in_cache: readonly string[]
  readonly not_in_remote: readonly string[]
  readonly committed: DataChanges
  readonly uncommitted: DataChanges
  readonly untracked: readonly string[]
  readonly unchanged: readonly string[]
}

interface Result {
  readonly status: DataStatus
  readonly git: GitChanges | undefined
}

export const dataStatus: Command<Options, Result> = {
  name: 'data status',
  summary: 'Show what changed in the data since the last commit, and what is where',
  details:
    'Committed changes are those that stand in pointers and can go into git; uncommitted ones are in the work tree only. Hashes only\nfiles that changed since they were last seen. With --granular a list of files that the cache lacks is fetched from the remote, alone.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'data sets, folders, files inside them, or pointers; all by default' },
  ],
  flags: [
    jsonFlag,
    { name: 'granular', summary: 'look into folders, file by file' },
    { name: 'unchanged', summary: 'show what did not change, too' },
    {
      name: 'untracked-files',
      value: 'no|all',
      choices: ['no', 'all'],
      preset: 'all',
      summary: 'show files that neither dv nor git tracks',
    },
    { name: 'remote', short: 'r', value: 'name', summary: 'with --not-in-remote: the remote to ask' },
    { name: 'not-in-remote', summary: 'ask the remote, and show what it lacks' },
    { name: 'no-remote-refresh', summary: 'with --not-in-remote: go by what was learnt before, without asking' },
  ],
  examples: [
    { line: 'dv data status', what: 'what is to be added, or committed to git?' },
    { line: 'dv data status --granular data/train', what: 'which files of a folder?' },
    { line: 'dv data status --not-in-remote', what: 'what has to be pushed?' },
  ],
  // DVC's command catches nothing
  failureStatus: 255,
  run: (options, context) => withRepo(context, repo => look(repo, options, context)),
  render: renderDataStatus,
  json: ({ status }) =>
    Object.fromEntries(Object.entries(status).filter(([, value]) => (Array.isArray(value) ? value : Object.keys(value)).length > 0)),
}

async function look(repo: Repo, options: Options, context: Context): Promise<Result> {
  const targets = options.targets ?? []
  const meant = outputsMeant(repo, findPointers(repo), { targets })
  const index = pointerOutputs(repo, meant)
  const now = await workspaceOutputs(repo, meant, context)
  const head = await outputsAtHead(repo, targets)

  const lists = openFileLists(repo, context)
  lists.learn(now)
  const treeOf = options.granular ? lists.treeOf : undefined
  const check = openCacheCheck(repo)
  const doubtful = check.doubtful(index, treeOf)
  const compared: Compared = { lists, treeOf, all: options.unchanged === true }
  if (treeOf) await lists.ensure(doubtful)
  const uncommitted = await changesBetween(index, now, compared)
  const committed = head && (await changesBetween(head, index, compared))
  const missing = check.lacking(doubtful, treeOf && lists)
  check.flush()
  const lacking = options.notInRemote ? await notInRemote(repo, index, { ...options, lists, treeOf, context }) : []

  const asksGit = !options.json || options.untrackedFiles === 'all'
  const git = asksGit ? gitChanges(repo, { untracked: options.untrackedFiles === 'all' }) : undefined
  const asCommitted = new Set(committed?.unchanged)
  const unchanged = committed ? uncommitted.unchanged.filter(path => asCommitted.has(path)) : uncommitted.unchanged
  const status: DataStatus = {
    not_in_cache: pathsOf(missing),
    not_in_remote: pathsOf(lacking),
    committed: committed?.changes ?? {},
    uncommitted: uncommitted.changes,
    untracked: untrackedBelow(repo, git?.untracked ?? [], targets),
    unchanged: options.unchanged ? unchanged : [],
  }
  return { status, git }
}

/** undefined without git; before the first commit nothing */
async function outputsAtHead(repo: Repo, targets: readonly string[]): Promise<readonly DataOutput[] | undefined> {
  if (!repo.git) return undefined
  const head = repo.git.head()
  return head === undefined ? [] : pointerOutputs(repo, outputsMeant(repo, await pointersAt(repo, head), { targets }))
}

interface Compared {
  readonly lists: FileLists
  readonly treeOf: TreeOf | undefined
  /** what is the same counts, too */
  readonly all: boolean
}

async function changesBetween(
  before: readonly DataOutput[],
  after: readonly DataOutput[],
  { lists, treeOf, all }: Compared,
): Promise<{ readonly changes: DataChanges; readonly unchanged: readonly string[] }> {
  let [old, now] = all ? [before, after] : differing(before, after)
  if (treeOf) await lists.ensure([...old, ...now])
  if (treeOf && !all) [old, now] = withoutCommonFiles(old, now, treeOf)
  const [then, today] = [versionOf(old, treeOf), versionOf(now, treeOf)]
  const found = compareVersions(then, today)
  return { changes: dataChanges(found, new Set([...then.closed, ...today.closed])), unchanged: pathsOf(found.unchanged) }
}
