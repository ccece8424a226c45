/** dv pull: fetch, then checkout. */
import type { Context } from '../base/context.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { checkoutFlags } from './checkout.ts'
import { type CheckoutOptions, checkoutOutputs } from './checkout-outputs.ts'
import type { CheckoutReport } from './checkout-report.ts'
import { type CollectOptions, collect } from './collect.ts'
import {
  type Command,
  dryRunFlag,
  globFlag,
  jobsFlag,
  jsonFlag,
  recursiveFlag,
  remoteFlag,
  revisionFlags,
  withDepsFlag,
} from './command.ts'
import { type FetchOptions, type FetchReport, fetchGroups } from './fetch-objects.ts'
import { removeForgotten } from './forgotten-outputs.ts'
import { limitCache } from './limit-cache.ts'
import { peekingRepo } from './peeking-repo.ts'
import { renderChanges, renderFailed, summaryOf } from './render-checkout.ts'
import { renderProblems } from './transfer-report.ts'

type Options = CollectOptions & FetchOptions & CheckoutOptions

interface Result {
  readonly fetched: FetchReport
  readonly checkedOut: CheckoutReport
}

export const pull: Command<Options, Result> = {
  name: 'pull',
  summary: 'Fetch tracked data and check it out',
  details:
    'Fetches what the cache lacks, each object hashed while it arrives, then brings the work tree to what the pointers say.\nA file that has no copy in the cache is never removed or replaced without --force.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [remoteFlag, jobsFlag, ...checkoutFlags, recursiveFlag, globFlag, withDepsFlag, ...revisionFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv pull', what: 'all data of this commit' },
    { line: 'dv pull dog_and_cat', what: 'one data set' },
    { line: 'dv pull dog_and_cat/cats', what: 'a folder of it: only its files are fetched' },
    { line: 'dv pull --dry-run', what: 'how much would come' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'some data could not be had, or files would be lost; what could be had is here' }],
  run: (options, context) =>
    withRepo(context, async repo => {
      const result = await pullAll(repo, options, context)
      if (!options.dryRun) await limitCache(repo, context)
      return result
    }),
  render: ({ fetched, checkedOut }) => {
    const parts = [
      ...(fetched.dryRun ? [`${formatCount(fetched.planned.size, 'file')} to fetch`] : []),
      ...(fetched.moved > 0 ? [`${formatCount(fetched.moved, 'file')} fetched (${formatBytes(fetched.bytes)})`] : []),
      ...[summaryOf(checkedOut)].filter(text => text !== ''),
    ]
    const failures = fetched.failed.length + fetched.absent.length + checkedOut.failed.length
    const last = parts.length > 0 ? `${parts.join(' and ')}\n` : failures > 0 ? '' : 'Everything is up to date.\n'
    return `${renderChanges(checkedOut)}${last}`
  },
  problems: ({ fetched, checkedOut }, options) =>
    options.allowMissing ? '' : renderProblems(fetched, { verb: 'fetched', remotes: fetched.remotes }) || renderFailed(checkedOut),
  json: ({ fetched, checkedOut }) => ({ fetched: { ...fetched, planned: fetched.planned.size }, checkedOut }),
  exitStatus: ({ fetched, checkedOut }, options) =>
    fetched.failed.length > 0 || (fetched.absent.length + checkedOut.failed.length > 0 && !options.allowMissing) ? 1 : 0,
}

async function pullAll(opened: Repo, options: Options, context: Context): Promise<Result> {
  const repo = options.dryRun ? peekingRepo(opened) : opened
  context.report({ type: 'phase', name: 'Collecting' })
  const { groups, selections } = await collect(repo, options, 'fetch')
  const fetched = await fetchGroups(repo, groups, options, context)
  const checkedOut = await checkoutOutputs(repo, selections, { ...options, arriving: fetched.planned }, context)
  if ((options.targets ?? []).length > 0) return { fetched, checkedOut }
  const removed = await removeForgotten(repo, selections, { dryRun: options.dryRun === true }, context)
  return {
    fetched,
    checkedOut: {
      ...checkedOut,
      deleted: [...checkedOut.deleted, ...removed.names],
      files: { ...checkedOut.files, deleted: checkedOut.files.deleted + removed.files },
    },
  }
}
