/** dv checkout: brings the data in the work tree to what the pointers of this commit say. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Selection, type SelectOptions, selectOutputs } from '../repo/targets.ts'
import { type CheckoutOptions, checkoutOutputs } from './checkout-outputs.ts'
import type { CheckoutReport } from './checkout-report.ts'
import { type Command, dryRunFlag, jsonFlag, recursiveFlag, withDepsFlag } from './command.ts'
import { removeForgotten } from './forgotten-outputs.ts'
import { renderChanges, renderFailed, renderSummary } from './render-checkout.ts'

interface Options extends CheckoutOptions {
  readonly targets?: readonly string[]
  readonly recursive?: boolean
  readonly summary?: boolean
}

export const checkoutFlags = [
  { name: 'force', short: 'f', summary: 'give up files that are neither in the cache nor in git; they are listed' },
  { name: 'allow-missing', summary: 'go on, with exit status 0, when something is not in the cache' },
] as const

export const checkout: Command<Options, CheckoutReport> = {
  name: 'checkout',
  summary: 'Bring the data in the work tree to what the pointers say',
  details:
    'Takes everything from the cache and downloads nothing. Type it after `git checkout`, or let a hook do it.\nA file that has no copy in the cache is never removed or replaced without --force.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [
    ...checkoutFlags,
    { name: 'relink', summary: 'make every file anew as a link or copy, as cache.type says' },
    { name: 'summary', summary: 'show counts only' },
    recursiveFlag,
    withDepsFlag,
    dryRunFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'git checkout v1 && dv checkout', what: 'code and data of v1' },
    { line: 'dv checkout dog_and_cat/cats', what: 'one folder of a data set, undoing changes to it' },
    { line: 'dv checkout --relink', what: 'after cache.type was changed' },
  ],
  failureStatus: 255,
  exits: [{ status: 255, what: 'something is not in the cache, or files would be lost, or there is no such target' }],
  run: (options, context) => withRepo(context, repo => checkoutAll(repo, options, context)),
  render: (report, { summary }) => (summary ? renderSummary(report) : renderChanges(report)),
  problems: (report, options) => (options.allowMissing ? '' : renderFailed(report)),
  exitStatus: (report, options) => (report.failed.length > 0 && !options.allowMissing ? 255 : 0),
}

/** `dv checkout v1` by habit: git is meant. */
function selectOrAdvise(repo: Repo, targets: readonly string[], options: SelectOptions): readonly Selection[] {
  try {
    return selectOutputs(repo, targets, options)
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'unknown-target' || error.hint !== undefined) throw error
    const revision = targets.find(target => isRevision(repo, target))
    throw revision === undefined ? error : new DvError(error.code, error.message, { hint: `git checkout ${revision}`, cause: error })
  }
}

function isRevision(repo: Repo, text: string): boolean {
  try {
    return repo.git?.commitOf(text) !== undefined
  } catch (error) {
    if (error instanceof DvError && error.code === 'git-failed') return false
    throw error
  }
}

async function checkoutAll(repo: Repo, options: Options, context: Context): Promise<CheckoutReport> {
  const targets = options.targets ?? []
  const selections = selectOrAdvise(repo, targets, { recursive: options.recursive === true })
  const report = await checkoutOutputs(repo, selections, options, context)
  if (targets.length > 0) return report
  const removed = await removeForgotten(repo, selections, { dryRun: options.dryRun === true }, context)
  return {
    ...report,
    deleted: [...report.deleted, ...removed.names],
    files: { ...report.files, deleted: report.files.deleted + removed.files },
  }
}
