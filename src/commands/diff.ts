/** dv diff: which data came, went, changed or moved between two commits, or since one. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { compareVersions } from '../repo/compare-versions.ts'
import type { Git } from '../repo/git.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { pointersAt } from '../repo/pointers-at.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { type Command, jsonFlag } from './command.ts'
import {
  type DataOutput,
  differing,
  outputsMeant,
  pointerOutputs,
  versionOf,
  withoutCommonFiles,
  workspaceOutputs,
} from './compared-outputs.ts'
import { diffOfSource } from './diff-of-source.ts'
import { type DiffStates, diffStates, renderDiff, renderDiffTable } from './diff-states.ts'
import { openFileLists } from './file-lists.ts'
import { openCacheCheck } from './not-in-cache.ts'
import { type SourceFlags, sourceFlags } from './source-flags.ts'

interface Options extends Omit<SourceFlags, 'rev'> {
  readonly repo?: string
  readonly a_rev?: string
  readonly b_rev?: string
  readonly targets?: readonly string[] | true
  readonly showHash?: boolean
  readonly md?: boolean
  readonly hideMissing?: boolean
}

/** DVC's word for what is on disk, where a commit could stand. */
const workspace = 'workspace'

export const diff: Command<Options, DiffStates> = {
  name: 'diff',
  summary: 'Show which data differs between two commits, or a commit and the work tree',
  details:
    'Reads pointers and lists of files, and no data but that of the work tree which changed since it was last seen. A list of files\nthat the cache lacks is fetched from the remote, alone. Paths are shown from the top of the repository.',
  arguments: [
    { name: 'a_rev', optional: true, summary: 'the old commit, branch or tag; HEAD by default' },
    { name: 'b_rev', optional: true, summary: 'the new one; the work tree by default' },
  ],
  flags: [
    { name: 'targets', value: 'paths', many: true, summary: 'only these data sets, folders, files inside them, or pointers' },
    jsonFlag,
    { name: 'show-hash', summary: 'show the md5 of each' },
    { name: 'md', summary: 'show a table in Markdown' },
    { name: 'hide-missing', summary: 'do not look for what the cache lacks' },
    { name: 'repo', value: 'url', summary: 'compare commits of this repository, an address of git or a folder; up to its HEAD by default' },
    ...sourceFlags.filter(({ name }) => name !== 'rev'),
  ],
  examples: [
    { line: 'dv diff', what: 'what changed since the last commit' },
    { line: 'dv diff v1 v2 --targets data/train', what: 'between two tags, in one folder' },
    { line: 'dv diff --repo git@github.com:lab/datasets.git v1 v2', what: 'of a repository that is not here, without its data' },
    { line: 'dv diff main --md', what: 'since the tip of main, for a pull request' },
  ],
  exits: [{ status: 255, what: 'a target is tracked in neither version' }],
  run: (options, context) =>
    options.repo === undefined
      ? withRepo(context, repo => compare(repo, options, context))
      : compareElsewhere({ ...options, url: options.repo }, context),
  render: (states, options) => (options.md ? renderDiffTable(states, options.showHash === true) : renderDiff(states)),
}

async function compare(repo: Repo, options: Options, context: Context): Promise<DiffStates> {
  const { a_rev: from = 'HEAD', b_rev: to = workspace, showHash = false } = options
  const { git } = repo
  if (!git) throw new DvError('git-failed', 'there are no commits to compare: this repository is not under git')
  const names = commitsOf(git, [from, to])
  if (names === undefined || names[0] === names[1]) return {}

  const [before = [], after = []] = await versionsOf(repo, names, { targets: targetsOf(options), context })
  const lists = openFileLists(repo, context)
  lists.learn(after)
  const check = openCacheCheck(repo)
  const looksForMissing = options.b_rev === undefined
  const doubtful = looksForMissing ? check.doubtful(before, lists.treeOf) : []
  const [old, now] = differing(before, after)
  await lists.ensure([...old, ...now, ...doubtful])
  const [oldFiles, newFiles] = withoutCommonFiles(old, now, lists.treeOf)
  const changes = compareVersions(versionOf(oldFiles, lists.treeOf), versionOf(newFiles, lists.treeOf))
  const missing = check.lacking(doubtful, lists)
  check.flush()
  return diffStates({ ...changes, missing }, { showHash, showMissing: looksForMissing && !options.hideMissing })
}

/** There is no work tree to compare with: everything is up to its HEAD. @throws DvError 'usage' */
async function compareElsewhere(options: Options & { readonly url: string }, context: Context): Promise<DiffStates> {
  const { a_rev: from, b_rev: to = 'HEAD', showHash = false } = options
  if (from === undefined || [from, to].includes(workspace))
    throw new DvError('usage', 'of another repository commits can be compared, and none was named', {
      hint: `dv diff --repo ${options.url} <old> [<new>]`,
    })
  const changes = await diffOfSource({ ...options, from, to, targets: targetsOf(options) }, context)
  return diffStates({ ...changes, missing: [] }, { showHash, showMissing: false })
}

/** Undefined before the first commit, whatever was asked for. @throws DvError 'git-failed' */
function commitsOf(git: Git, names: readonly string[]): readonly string[] | undefined {
  try {
    return names.map(name => (name === workspace ? name : git.commitOf(name)))
  } catch (error) {
    if (git.head() === undefined) return undefined
    throw error
  }
}

/** @throws DvError 'unknown-target' */
async function versionsOf(
  repo: Repo,
  names: readonly string[],
  { targets, context }: { readonly targets: readonly string[]; readonly context: Context },
): Promise<readonly (readonly DataOutput[])[]> {
  const missed = names.map(() => new Set<string>())
  const versions: (readonly DataOutput[])[] = []
  for (const [at, name] of names.entries()) {
    const found: readonly TrackedOutput[] = name === workspace ? findPointers(repo) : await pointersAt(repo, name)
    const meant = outputsMeant(repo, found, { targets, missed: missed[at] ?? new Set() })
    versions.push(name === workspace ? await workspaceOutputs(repo, meant, context) : pointerOutputs(repo, meant))
  }
  const unknown = targets.find(target => missed.every(some => some.has(target)))
  if (unknown !== undefined)
    throw new DvError('unknown-target', `'${unknown}' is tracked in neither of the two versions`, { hint: 'the same without --targets' })
  return versions
}

/** `--targets` with nothing behind it means all, as in DVC. */
const targetsOf = ({ targets }: Options): readonly string[] => (Array.isArray(targets) ? targets : [])
