/** dv gc: takes out of the cache, and of remotes, what no pointer in scope names. */
import { resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { trashBatches } from '../store/trash.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag, remoteFlag } from './command.ts'
import { defaultGrace, type GraceTimes, graceIn, noGrace } from './gc-grace.ts'
import { type GcPlan, planGc, remotesToClean } from './gc-plan.ts'
import { emptyBatches, type Swept, sweep } from './gc-sweep.ts'
import { type Trash, trashIn, type Undone, undoGc } from './gc-undo.ts'
import { withoutPresent } from './kept-not-in-remote.ts'
import { type KeptObjects, type KeptOptions, openKeptObjects } from './kept-objects.ts'
import { peekingRepo } from './peeking-repo.ts'
import { bytesOf, goingFromCache, renderPlan, renderSwept, type ShownPlan } from './render-gc.ts'

interface Options extends KeptOptions {
  readonly workspace?: boolean
  readonly cloud?: boolean
  readonly notInRemote?: boolean
  readonly projects?: readonly string[]
  readonly force?: boolean
  readonly dry?: boolean
  readonly dryRun?: boolean
  readonly now?: boolean
  readonly undo?: boolean
  readonly keepNothing?: boolean
}

interface Cleaned {
  readonly kind: 'cleaned'
  readonly shown: ShownPlan
  /** undefined: nothing was done, by a dry run or for want of a yes */
  readonly swept: Swept | undefined
  readonly refused: boolean
  /** the person has seen the plan before saying yes or no */
  readonly wasShown: boolean
  readonly time: number
}

type Result =
  | Cleaned
  | { readonly kind: 'undone'; readonly undone: Undone; readonly dry: boolean }
  | { readonly kind: 'emptied'; readonly trash: Trash; readonly freed: number; readonly refused: boolean; readonly dry: boolean }

export const gc: Command<Options, Result> = {
  name: 'gc',
  summary: 'Take out of the cache, and of remotes, what nothing in scope names',
  details: `The scope says what is kept; the work tree always is. Before anything goes, the plan is shown: what, how much, and which refs keep the rest.
Objects of the cache go to its trash, \`.dv/trash\`, for ${defaultGrace.trash / 86_400_000} days, and --undo brings them back; the disk is free when the trash is emptied, by a
later gc or by --now. On a remote (-c) they go for good, but not before they are ${defaultGrace.remote / 3_600_000} hours old: a colleague may be pushing.
Nothing goes when a pointer, a ref or a list of files in scope cannot be read, or when nothing at all would be kept.`,
  arguments: [],
  flags: [
    { name: 'workspace', short: 'w', summary: 'keep what the work tree names' },
    { name: 'all-branches', short: 'a', summary: 'keep what the tips of all branches name, too' },
    { name: 'all-tags', short: 'T', summary: 'keep what all tags name, too' },
    { name: 'all-commits', short: 'A', summary: 'keep what any commit, any stash and any other work tree names, too' },
    { name: 'rev', value: 'commit', summary: 'keep what this commit names, too' },
    { name: 'num', short: 'n', value: 'number', type: 'number', summary: 'so many commits back from --rev or each branch (default 1)' },
    { name: 'date', value: 'yyyy-mm-dd', summary: 'keep what commits since that day name, too' },
    { name: 'all-experiments', summary: 'keep what experiments of DVC name, too' },
    { name: 'projects', short: 'p', value: 'paths', many: true, summary: 'keep what these projects name, too: they share the cache' },
    { name: 'cloud', short: 'c', summary: 'clean the remote as well' },
    { ...remoteFlag, summary: 'with -c or --not-in-remote: that remote instead of the default one' },
    { name: 'not-in-remote', summary: 'keep only what the remote has not: frees the cache of what can be fetched again' },
    { name: 'skip-failed', summary: 'go on without commits and lists of files that cannot be read: what only they name goes' },
    { name: 'keep-nothing', summary: 'go on when no pointer in scope names anything, so that the whole cache goes' },
    { name: 'now', summary: 'no grace: empty the trash at once, and take young objects from the remote; alone, only empties the trash' },
    { name: 'undo', summary: 'bring back what is in the trash' },
    { name: 'force', short: 'f', summary: 'do not ask' },
    { ...jobsFlag, summary: 'taken for the sake of DVC: removals go many at a time' },
    { name: 'dry', summary: 'show what would go and change nothing' },
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv gc -a -T --dry', what: 'what would go if branches and tags were kept?' },
    { line: 'dv gc -a -T', what: 'into the trash with the rest, after a question' },
    { line: 'dv gc --undo', what: 'back from the trash' },
    { line: 'dv gc -A -c -p ../other', what: 'the remote, too; another project uses the same cache' },
  ],
  failureStatus: 255,
  exits: [
    { status: 1, what: 'nobody said yes (without a terminal: -f); nothing was changed' },
    { status: 255, what: 'no scope was given, or something in scope cannot be read; nothing was changed' },
  ],
  run: async (options, context) => {
    checkOptions(options)
    return withRepo(context, async repo => {
      if (options.undo) return { kind: 'undone', ...(await undo(repo, options, context)) }
      if (!hasScope(options)) return { kind: 'emptied', ...(await emptyTrash(repo, options, context)) }
      const others = (options.projects ?? []).map(path => resolve(context.cwd, path))
      return withRepos(others, context, async all => clean([repo, ...all.filter(({ root }) => root !== repo.root)], options, context))
    })
  },
  render,
  problems: result =>
    result.kind !== 'undone' && result.refused
      ? 'ERROR: nothing was changed: nobody said yes\nhint: the same with -f, without a question\n'
      : result.kind === 'undone'
        ? result.undone.damaged.map(({ id, movedTo }) => `ERROR: object ${id} came back damaged, and is set aside as ${movedTo}\n`).join('')
        : '',
  exitStatus: result => ((result.kind === 'undone' ? result.undone.damaged.length > 0 : result.refused) ? 1 : 0),
  json,
}

const hasScope = ({ workspace, allBranches, allTags, allCommits, allExperiments, date, rev }: Options): boolean =>
  [workspace, allBranches, allTags, allCommits, allExperiments, date, rev].some(Boolean)

/** DVC's rules and words (dvc/repo/gc.py `_validate_args`). */
function checkOptions(options: Options): void {
  const refuse = (message: string, hint?: string): never => {
    throw new DvError('bad-options', message, { hint })
  }
  if (options.undo && (hasScope(options) || options.now)) refuse('--undo goes with no scope and not with --now')
  if (options.notInRemote && options.cloud) refuse('`--not-in-remote` and `--cloud` are mutually exclusive')
  if (!hasScope(options) && !options.undo && !(options.now && !options.cloud && !options.notInRemote))
    refuse(
      'Either of `-w|--workspace`, `-a|--all-branches`, `-T|--all-tags` `--all-experiments`, `--all-commits`, `--date` or `--rev` needs to be set.',
      'dv gc -aT --dry   shows what would go if the work tree, branches and tags were kept',
    )
  if (options.num !== undefined && options.rev === undefined && !options.allBranches)
    refuse('`--num` can only be used alongside `--rev` or `--all-branches`')
}

async function withRepos<T>(folders: readonly string[], context: Context, use: (repos: readonly Repo[]) => Promise<T>): Promise<T> {
  const [first, ...rest] = folders
  if (first === undefined) return use([])
  return withRepo({ ...context, cwd: first }, repo => withRepos(rest, context, others => use([repo, ...others])))
}

async function clean(opened: readonly Repo[], options: Options, context: Context): Promise<Cleaned> {
  const dry = options.dry === true || options.dryRun === true
  const repos = dry ? opened.map(peekingRepo) : opened
  const [repo] = repos as readonly [Repo, ...Repo[]]
  const grace: GraceTimes = options.now ? noGrace : graceIn(repo.root, context)
  const named = openKeptObjects(repos, options, context)
  await named.read()
  const kept = options.notInRemote ? await withoutPresent(named, repo, options.remote, context) : named
  const remotes = options.cloud ? await remotesToClean(repo, options.remote, named) : []
  const plan = await planGc(repo, { kept, remotes, grace }, context)
  refuseEmpty(plan, named, options)
  const shown: ShownPlan = {
    plan,
    grace,
    keepers: named.keepers(),
    cwd: repo.cwd,
    kept: plan.caches.reduce((sum, cache) => sum + cache.kept, 0),
  }
  const result = { kind: 'cleaned', shown, time: context.now() } as const
  if (dry) return { ...result, swept: undefined, refused: false, wasShown: false }
  const agreed = options.force || (await context.ask?.(`${renderPlan(shown)}Shall this be done?`))
  if (!agreed) return { ...result, swept: undefined, refused: true, wasShown: agreed !== undefined }
  const swept = await sweep(plan, { repos, kept, grace, now: options.now === true }, context)
  return { ...result, swept, refused: false, wasShown: !options.force }
}

/** `-f` is in every script, so it is no consent to this. */
function refuseEmpty({ caches, remotes }: GcPlan, named: KeptObjects, { keepNothing }: Options): void {
  if (keepNothing || !named.isEmpty()) return
  if ([...caches, ...remotes].every(({ trees, files }) => trees.length + files.length === 0)) return
  throw new DvError('not-confirmed', 'no pointer in this scope names anything, so everything would go: nothing was changed', {
    hint: 'is this the right folder, and the right commit? If it is: the same with --keep-nothing',
  })
}

async function undo(repo: Repo, { dry, dryRun }: Options, context: Context): Promise<{ undone: Undone; dry: boolean }> {
  if (dry || dryRun) return { undone: { ...trashIn(repo), damaged: [] }, dry: true }
  return { undone: await undoGc(repo, context), dry: false }
}

async function emptyTrash(
  repo: Repo,
  { dry, dryRun, force }: Options,
  context: Context,
): Promise<{ trash: Trash; freed: number; refused: boolean; dry: boolean }> {
  const trash = trashIn(repo)
  if (dry || dryRun || trash.objects === 0) return { trash, freed: 0, refused: false, dry: true }
  const agreed =
    force ||
    (await context.ask?.(
      `${formatCount(trash.objects, 'object')}, ${formatBytes(trash.bytes)}, will be deleted for good. Shall this be done?`,
    ))
  if (!agreed) return { trash, freed: 0, refused: true, dry: false }
  return { trash, freed: await emptyBatches(repo, trashBatches(repo.cache('md5').folder), context), refused: false, dry: false }
}

function render(result: Result): string {
  if (result.kind === 'undone') {
    const { objects, bytes } = result.undone
    if (objects === 0) return 'The trash is empty.\n'
    return `${formatCount(objects, 'object')}, ${formatBytes(bytes)}, ${result.dry ? 'would come' : 'came'} back from the trash.\n`
  }
  if (result.kind === 'emptied') {
    const { objects, bytes } = result.trash
    if (objects === 0) return 'The trash is empty.\n'
    if (result.dry || result.refused) return `In the trash: ${formatCount(objects, 'object')}, ${formatBytes(bytes)}.\n`
    return `${formatCount(objects, 'object')} deleted for good; ${formatBytes(result.freed)} of the disk are free.\n`
  }
  const { shown, swept, wasShown, time } = result
  const plan = wasShown ? '' : renderPlan(shown)
  return `${plan}${swept ? renderSwept({ swept, plan: shown.plan, grace: shown.grace, now: time }) : ''}`
}

function json(result: Result): unknown {
  if (result.kind === 'undone') return { undone: result.undone }
  if (result.kind === 'emptied') return { trash: result.trash, freed: result.freed }
  const { plan, keepers, kept } = result.shown
  const amount = (objects: Parameters<typeof bytesOf>[0]) => ({
    objects: objects.length,
    bytes: bytesOf(objects),
    ids: objects.map(({ id }) => id),
  })
  return {
    kept: { objects: kept, by: keepers },
    cache: {
      folder: plan.caches[0]?.cache.folder,
      ...amount(goingFromCache(plan)),
      freed: plan.caches.reduce((sum, { freed }) => sum + freed, 0),
    },
    remotes: plan.remotes.map(({ remote, hash, trees, files, spared }) => ({
      name: remote.name,
      hash,
      ...amount([...trees, ...files]),
      spared,
    })),
    trash: { returning: plan.returning.length, emptied: plan.emptied.map(({ objects, bytes }) => ({ objects, bytes })) },
    done: result.swept,
  }
}
