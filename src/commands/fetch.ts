/** dv fetch: brings objects from a remote into the cache, and leaves the work tree alone. */
import { formatBytes, formatCount } from '../base/quantities.ts'
import { withRepo } from '../repo/open.ts'
import { type CollectOptions, collect } from './collect.ts'
import { type Command, dryRunFlag, jobsFlag, jsonFlag, recursiveFlag, remoteFlag, revisionFlags, withDepsFlag } from './command.ts'
import { type FetchOptions, type FetchReport, fetchGroups } from './fetch-objects.ts'
import { limitCache } from './limit-cache.ts'
import { peekingRepo } from './peeking-repo.ts'
import { renderProblems } from './transfer-report.ts'

type Options = CollectOptions & FetchOptions

export const fetch: Command<Options, FetchReport> = {
  name: 'fetch',
  summary: 'Bring tracked data from a remote into the cache',
  details:
    'Each object is hashed while it arrives, and kept only when it is what its name says. The work tree is left alone: `dv checkout` follows, or `dv pull` does both.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [remoteFlag, jobsFlag, recursiveFlag, withDepsFlag, ...revisionFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv fetch', what: 'everything that this commit names' },
    { line: 'dv fetch --all-tags', what: 'every tagged version, to work without a network' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'some objects could not be fetched, or are neither here nor on the remote; the rest was fetched' }],
  run: (options, context) =>
    withRepo(context, async repo => {
      context.report({ type: 'phase', name: 'Collecting' })
      const { groups } = await collect(repo, options, 'fetch')
      const report = await fetchGroups(options.dryRun ? peekingRepo(repo) : repo, groups, options, context)
      if (!options.dryRun) await limitCache(repo, context)
      return report
    }),
  render: result => {
    if (result.dryRun) return `${formatCount(result.planned.size, 'file')} to fetch\n`
    if (result.moved > 0) return `${formatCount(result.moved, 'file')} fetched (${formatBytes(result.bytes)})\n`
    return result.failed.length + result.absent.length > 0 ? '' : 'Everything is up to date.\n'
  },
  problems: result => renderProblems(result, { verb: 'fetched', remotes: result.remotes }),
  json: result => ({ ...result, planned: result.planned.size }),
  exitStatus: result => (result.failed.length + result.absent.length > 0 ? 1 : 0),
}
