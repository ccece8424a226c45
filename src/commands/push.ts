/** dv push: sends what a remote lacks; a folder's files first, its list last. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { Tree } from '../format/tree.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { planSend, type SendPlan } from '../transfer/plan-send.ts'
import { sendObjects } from '../transfer/send.ts'
import { type CollectOptions, collect, type Group, namesOf, remoteOf, requestOf } from './collect.ts'
import {
  type Command,
  dryRunFlag,
  type Flag,
  globFlag,
  jobsFlag,
  jsonFlag,
  recursiveFlag,
  remoteFlag,
  revisionFlags,
  withDepsFlag,
} from './command.ts'
import { readableTrees } from './readable-trees.ts'
import { noTransfer, renderProblems, type TransferReport, totalOf } from './transfer-report.ts'

interface Options extends CollectOptions {
  readonly jobs?: number
  readonly dryRun?: boolean
  readonly allRemotes?: boolean
}

interface Result extends TransferReport {
  readonly dryRun: boolean
  /** objects and bytes that would travel, or did */
  readonly planned: { readonly objects: number; readonly bytes: number }
  readonly remotes: readonly string[]
  /** of --all-remotes: those to which nothing could be sent, while the others were served */
  readonly unreached: readonly { readonly remote: string; readonly why: string }[]
}

const allRemotesFlag: Flag = {
  name: 'all-remotes',
  summary: 'to each remote of the configuration; what has a remote of its own goes to that one alone',
}

export const push: Command<Options, Result> = {
  name: 'push',
  summary: 'Send tracked data to a remote',
  details:
    'Sends each object that the remote lacks. A folder is there when its list is, and the list goes last: a colleague never sees half a data set.\nStopped in the middle, the same command goes on where it was.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [remoteFlag, allRemotesFlag, jobsFlag, recursiveFlag, globFlag, withDepsFlag, ...revisionFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv push', what: 'everything, to the default remote' },
    { line: 'dv push dog_and_cat -r backup', what: 'one data set, to another remote' },
    { line: 'dv push --all-remotes', what: 'to the lab server and the bucket' },
    { line: 'dv push --dry-run', what: 'how much would travel' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'some objects could not be sent, or are neither here nor on the remote; the rest was sent' }],
  run: (options, context) =>
    withRepo(context, repo => (options.allRemotes ? pushToEach(repo, options, context) : pushAll(repo, options, context))),
  render: result => {
    if (result.dryRun) return `${formatCount(result.planned.objects, 'file')} to push (${formatBytes(result.planned.bytes)})\n`
    if (result.moved > 0) return `${formatCount(result.moved, 'file')} pushed (${formatBytes(result.bytes)})\n`
    return isPartial(result) ? '' : 'Everything is up to date.\n'
  },
  problems: result =>
    renderProblems(result, { verb: 'sent', remotes: result.remotes }) +
    result.unreached.map(({ remote, why }) => `ERROR: nothing was sent to remote '${remote}': ${why}\n`).join(''),
  json: ({ unreached, ...result }) => (unreached.length > 0 ? { ...result, unreached } : result),
  exitStatus: result => (isPartial(result) ? 1 : 0),
}

const isPartial = ({ failed, absent, unreached }: Result): boolean => failed.length + absent.length + unreached.length > 0

/** A remote that cannot be reached does not keep the others from being served. @throws DvError its failure, when no remote could be */
async function pushToEach(repo: Repo, options: Options, context: Context): Promise<Result> {
  if (options.remote !== undefined) throw new DvError('bad-options', '--all-remotes and --remote do not go together')
  const names = repo.config.remotes()
  if (names.length === 0) return pushAll(repo, options, context)
  const results: Result[] = []
  const failures: { remote: string; error: DvError }[] = []
  for (const remote of names) {
    try {
      results.push(await pushAll(repo, { ...options, remote }, context))
    } catch (error) {
      if (!(error instanceof DvError) || !isOfRemote(error)) throw error
      failures.push({ remote, error })
    }
  }
  if (results.length === 0 && failures[0] !== undefined) throw failures[0].error
  return {
    ...totalOf(results),
    dryRun: options.dryRun === true,
    planned: {
      objects: results.reduce((sum, each) => sum + each.planned.objects, 0),
      bytes: results.reduce((sum, each) => sum + each.planned.bytes, 0),
    },
    remotes: [...new Set(results.flatMap(each => each.remotes))],
    unreached: failures.map(({ remote, error }) => ({ remote, why: error.message })),
  }
}

/** Others, such as a pointer that cannot be read or a target that is not there, are the same for every remote. */
const isOfRemote = ({ code }: DvError): boolean =>
  ['store-unavailable', 'store-refused', 'access-denied', 'untrusted', 'bad-config'].includes(code)

async function pushAll(repo: Repo, options: Options, context: Context): Promise<Result> {
  context.report({ type: 'phase', name: 'Collecting' })
  const { groups } = await collect(repo, options, 'send')
  const reports: TransferReport[] = []
  const planned = { objects: 0, bytes: 0 }
  for (const group of groups) {
    const treeOf = readableTrees(repo.cache(group.hash))
    const { plan, report } = await pushGroup(repo, group, treeOf, options, context)
    planned.objects += plan.objects
    planned.bytes += plan.bytes
    reports.push(report)
  }
  return {
    ...totalOf(reports),
    dryRun: options.dryRun === true,
    planned,
    remotes: groups.flatMap(group => group.remote?.name ?? []),
    unreached: [],
  }
}

async function pushGroup(
  repo: Repo,
  group: Group,
  treeOf: (id: ObjectId) => Tree | undefined,
  options: Options,
  context: Context,
): Promise<{ plan: { objects: number; bytes: number }; report: TransferReport }> {
  const ends = { cache: repo.cache(group.hash), ...(await openRemote(repo, group)) }
  const plan = await planSend(requestOf(group, treeOf), ends, context)
  const objects = objectsOf(plan)
  const sent = options.dryRun
    ? { ...noTransfer, absent: plan.absent }
    : await sendObjects(plan, ends, options.jobs === undefined ? {} : { jobs: options.jobs }, context)
  const told = new Set([...sent.absent, ...sent.failed.map(each => each.id)])
  const names = new Map(told.size === 0 ? [] : namesOf(told, group, treeOf).map(({ id, name }) => [id, name]))
  return {
    plan: { objects, bytes: plan.bytes },
    report: {
      moved: sent.moved,
      bytes: sent.bytes,
      failed: sent.failed.map(each => ({ ...each, name: names.get(each.id) ?? each.id })),
      absent: sent.absent.map(id => ({ id, name: names.get(id) ?? id })),
    },
  }
}

async function openRemote(repo: Repo, group: Group) {
  const { store, known } = await repo.store(await remoteOf(repo, group), group.hash)
  return { remote: store, known }
}

const objectsOf = (plan: SendPlan): number => {
  const files = new Set([...plan.files, ...plan.trees.flatMap(tree => tree.missing)])
  return files.size + plan.trees.filter(tree => tree.absent.length === 0).length
}
