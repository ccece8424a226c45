/** dv drop: frees the cache of what a remote has. */
import type { Context } from '../base/context.ts'
import { formatBytes, formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type CollectOptions, collect, type Group, remoteOf, requestOf } from './collect.ts'
import { type Command, dryRunFlag, globFlag, jsonFlag, recursiveFlag, remoteFlag, revisionFlags } from './command.ts'
import { applyDrop, type Candidate, type DropPlan, planDrop } from './drop-plan.ts'
import { refuseVersioned } from './gc-plan.ts'
import { provenOn } from './proven-objects.ts'
import { readableTrees } from './readable-trees.ts'

interface Options extends CollectOptions {
  readonly dryRun?: boolean
}

interface Result {
  readonly plan: DropPlan
  readonly dryRun: boolean
}

export const drop: Command<Options, Result> = {
  name: 'drop',
  summary: 'Free the cache of data that a remote has',
  details: `Each object is asked for on the remote now; what it has not stays in the cache, and so do lists of files, so that dv still knows what there is.
The work tree is left alone: copies stay, hard links keep their bytes on the disk, and what symbolic links lead to is not dropped.
dv pull or dv fetch brings everything back.`,
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [remoteFlag, recursiveFlag, globFlag, ...revisionFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv drop --dry-run', what: 'how much disk would be free?' },
    { line: 'dv drop dog_and_cat/dogs', what: 'one folder of a data set' },
    { line: 'dv drop -A', what: 'all versions of everything' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is no such target, or the remote could not be asked; nothing was dropped' }],
  run: (options, context) =>
    withRepo(context, async repo => {
      const plan = planDrop(repo, await candidatesOf(repo, options, context))
      if (!options.dryRun) await applyDrop(repo, plan, context)
      return { plan, dryRun: options.dryRun === true }
    }),
  render: ({ plan: { amount, freed, unproven, linked }, dryRun }) =>
    [
      amount.objects === 0
        ? 'Nothing is in the cache that a remote has.'
        : `${formatCount(amount.objects, 'object')}, ${formatBytes(amount.bytes)}, ${dryRun ? 'would be' : amount.objects === 1 ? 'was' : 'were'} dropped: ${formatBytes(freed)} of the disk ${dryRun ? 'would be' : 'are'} free${freed < amount.bytes ? ', the rest is hard-linked in work trees' : ''}.`,
      ...(unproven.objects > 0
        ? [
            `${formatCount(unproven.objects, 'object')}, ${formatBytes(unproven.bytes)}, ${stay(unproven.objects)}: no remote has ${unproven.objects === 1 ? 'it' : 'them'} (dv push)`,
          ]
        : []),
      ...(linked.objects > 0
        ? [
            `${formatCount(linked.objects, 'object')}, ${formatBytes(linked.bytes)}, ${stay(linked.objects)}: files of the work tree are symbolic links to ${linked.objects === 1 ? 'it' : 'them'}`,
          ]
        : []),
    ]
      .map(line => `${line}\n`)
      .join(''),
  json: ({ plan: { amount, freed, unproven, linked } }) => ({ dropped: amount, freed, unproven, linked }),
}

const stay = (objects: number): string => (objects === 1 ? 'stays' : 'stay')

async function candidatesOf(repo: Repo, options: Options, context: Context): Promise<readonly Candidate[]> {
  context.report({ type: 'phase', name: 'Collecting' })
  const { groups } = await collect(repo, options, 'fetch')
  const found: Candidate[][] = []
  for (const group of groups) found.push(await candidatesIn(repo, group, context))
  return found.flat()
}

/** Files only: lists stay. */
async function candidatesIn(repo: Repo, group: Group, context: Context): Promise<Candidate[]> {
  const cache = repo.cache(group.hash)
  const { trees, files } = requestOf(group, readableTrees(cache))
  const ids = [...cache.hasNow([...new Set([...files, ...[...trees.values()].flat()])])]
  if (ids.length === 0) return []
  const remote = await remoteOf(repo, group)
  refuseVersioned(remote, 'drop')
  const proven = await provenOn(repo, { remote, cache, ids }, context)
  return ids.map(id => ({ hash: group.hash, id, proven: proven.has(id) }))
}
