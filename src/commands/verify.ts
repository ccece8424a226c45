/** dv verify: reads data again, here, in the cache or on a remote, and trusts nothing that was remembered of it. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Selection, selectOutputs } from '../repo/targets.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag, recursiveFlag, revisionFlags } from './command.ts'
import { peekingRepo } from './peeking-repo.ts'
import { renderFindings, renderVerified } from './render-verify.ts'
import { restoreMissing } from './restore-missing.ts'
import { type ObjectsReport, verifyCache } from './verify-cache.ts'
import { type RemoteOptions, type RemoteReport, verifyRemote } from './verify-remote.ts'
import { targetOf, verifyWorkspace, type WorkspaceReport } from './verify-workspace.ts'

interface Options extends RemoteOptions {
  readonly cache?: boolean
  /** '': the one that each data set goes to */
  readonly remote?: string
}

export interface RestoredReport extends WorkspaceReport {
  /** paths that --repair brought back */
  readonly restored?: readonly string[]
}

export interface VerifyResult {
  readonly repair: boolean
  readonly workspace?: RestoredReport
  readonly cache?: ObjectsReport
  readonly remotes?: readonly RemoteReport[]
}

export const verify: Command<Options, VerifyResult> = {
  name: 'verify',
  summary: 'Read data again and tell what is damaged, missing, changed or extra',
  details:
    'Reads and hashes every file of the work tree, whatever is remembered of it, and compares with the pointers; it writes no pointer.\n--cache reads objects of the cache and sets damaged ones aside; --remote reads them back from a remote, of all that the pointers name.\n--repair puts a good copy in the place of a damaged or missing object, from the work tree, the cache or a remote, each hashed before it\nis used. In the work tree it brings back what is missing; what was changed is left for you to decide.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [
    { name: 'cache', summary: 'read the objects of the cache: all of them, or those of the targets' },
    { name: 'remote', short: 'r', value: 'name', preset: '', summary: 'read the objects on a remote, by default the data’s own' },
    {
      name: 'sample',
      value: 'share',
      summary: 'with --remote: read only so many of the files, like 5% or 200; whether the rest is there is asked',
    },
    { name: 'seed', value: 'text', summary: 'with --sample: choose the same files as before' },
    { name: 'repair', summary: 'put good copies in the place of damaged or missing ones' },
    ...revisionFlags,
    recursiveFlag,
    jobsFlag,
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv verify dog_and_cat', what: 'is every byte as it was committed?' },
    { line: 'dv verify --cache --repair', what: 'after a disk failed: what is damaged comes from a remote again' },
    { line: 'dv verify --remote --sample 5%', what: 'a look at the bucket that costs a twentieth' },
    { line: 'dv verify --remote=backup --repair', what: 'make a backup whole again' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'something is damaged, missing, changed or extra, and was not repaired' }],
  run: (options, context) => withRepo(context, repo => verifyAll(options.dryRun ? peekingRepo(repo) : repo, options, context)),
  render: renderVerified,
  problems: renderFindings,
  json: ({ repair: _, ...result }) => result,
  exitStatus: result => (isClean(result) ? 0 : 1),
}

async function verifyAll(repo: Repo, options: Options, context: Context): Promise<VerifyResult> {
  const { targets = [], remote, repair = false, dryRun = false } = options
  if ((options.sample !== undefined || options.seed !== undefined) && remote === undefined)
    throw new DvError('usage', '--sample and --seed are for --remote', { hint: 'dv verify --remote --sample 5%' })
  if ((options.allBranches || options.allTags || options.allCommits) && remote === undefined)
    throw new DvError('usage', 'other commits can be verified on a remote only', { hint: 'dv verify --remote -A' })
  const selections = selectOutputs(repo, targets, { recursive: options.recursive === true })
  const { remote: _, ...rest } = options
  if (options.cache || remote !== undefined)
    return {
      repair,
      ...(options.cache ? { cache: await verifyCache(repo, targets.length > 0 ? selections : undefined, options, context) } : {}),
      ...(remote === undefined ? {} : { remotes: await verifyRemote(repo, remote === '' ? rest : { ...rest, remote }, context) }),
    }
  const workspace = await verifyWorkspace(repo, selections, context)
  return { repair, workspace: repair && !dryRun ? await restored(repo, selections, workspace, context) : workspace }
}

/** What was brought back is read again: only what is there now counts. */
async function restored(repo: Repo, selections: readonly Selection[], before: WorkspaceReport, context: Context): Promise<RestoredReport> {
  const gone = new Set(before.findings.filter(({ kind }) => kind === 'missing').map(({ target }) => target))
  if (gone.size === 0) return before
  const concerned = selections.filter(selection => gone.has(targetOf(repo, selection)))
  const paths = await restoreMissing(repo, concerned, context)
  const again = await verifyWorkspace(repo, concerned, context)
  return { ...before, restored: paths, findings: [...before.findings.filter(({ target }) => !gone.has(target)), ...again.findings] }
}

const isClean = ({ workspace, cache, remotes = [] }: VerifyResult): boolean =>
  (workspace?.findings ?? []).length === 0 &&
  [cache, ...remotes].every(report => (report?.findings ?? []).every(({ repairedFrom }) => repairedFrom !== undefined)) &&
  remotes.every(({ failed }) => failed.length === 0)
