/** dv status: what differs between pointers, data and cache; with -c between cache and remote. */
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Selection, selectOutputs } from '../repo/targets.ts'
import { hasId } from '../workspace/snapshot.ts'
import { type CloudStatus, cloudStatus, renderCloud } from './cloud-status.ts'
import type { CollectOptions } from './collect.ts'
import { type Command, jobsFlag, jsonFlag, recursiveFlag, remoteFlag, revisionFlags, withDepsFlag } from './command.ts'
import { type CompleteTrees, openCompleteTrees } from './complete-trees.ts'
import { nameOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { snapshotOutput } from './snapshot-output.ts'
import { type Found, hintsFor } from './status-hints.ts'

interface Options extends CollectOptions {
  readonly cloud?: boolean
  readonly quiet?: boolean
  readonly jobs?: number
}

/** DVC's words */
export type OutputState = 'modified' | 'deleted' | 'new' | 'not in cache'

interface LocalStatus {
  readonly kind: 'local'
  /** by pointer, then by output; only what is not as it should be */
  readonly pointers: ReadonlyMap<string, ReadonlyMap<string, OutputState>>
  readonly tracked: number
  /** what can be done about it, for people */
  readonly hints: readonly string[]
}

type Result = LocalStatus | CloudStatus

export const status: Command<Options, Result> = {
  name: 'status',
  summary: 'Show what differs between pointers, data and cache, or remote',
  details:
    'Hashes only files that changed since they were last seen. Reads nothing from a network unless asked by -c or -r.\nThe exit status is 0 also when something differs; with -q it is 1 then, and nothing is shown.',
  arguments: [
    { name: 'targets', many: true, optional: true, summary: 'pointers, data sets, or paths inside them; all of them by default' },
  ],
  flags: [
    { name: 'cloud', short: 'c', summary: 'compare the cache with the remote' },
    remoteFlag,
    ...revisionFlags,
    withDepsFlag,
    recursiveFlag,
    jobsFlag,
    { name: 'no-updates', summary: 'do not ask whether imported data has a newer version (dv status never does)' },
    jsonFlag,
  ],
  examples: [
    { line: 'dv status', what: 'is everything as committed?' },
    { line: 'dv status -q || echo changed', what: 'the same for a script' },
    { line: 'dv status -c', what: 'what was not pushed yet?' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'with -q: something differs' }],
  run: (options, context) =>
    withRepo(context, async repo => {
      if (options.cloud || options.remote !== undefined) return cloudStatus(repo, options, context)
      if (options.allBranches || options.allTags || options.allCommits)
        throw new DvError('bad-target', 'other commits can be compared with a remote only', { hint: 'add -c' })
      return localStatus(repo, options, context)
    }),
  render: result => (result.kind === 'cloud' ? renderCloud(result) : renderLocal(result)),
  json: result =>
    result.kind === 'cloud'
      ? result.states
      : Object.fromEntries([...result.pointers].map(([file, outputs]) => [file, [{ 'changed outs': Object.fromEntries(outputs) }]])),
  exitStatus: (result, { quiet }) =>
    quiet && (result.kind === 'cloud' ? Object.keys(result.states).length : result.pointers.size) > 0 ? 1 : 0,
}

async function localStatus(repo: Repo, options: Options, context: Context): Promise<LocalStatus> {
  const selections = selectOutputs(repo, options.targets ?? [], { recursive: options.recursive === true })
  context.report({ type: 'phase', name: 'Comparing', items: selections.length })
  const pointers = new Map<string, Map<string, OutputState>>()
  const all: Found[] = []
  const complete = { md5: openCompleteTrees(repo, 'md5'), 'md5-dos2unix': openCompleteTrees(repo, 'md5-dos2unix') }
  for (const selection of selections) {
    const found = await stateOf(repo, selection, { complete: complete[selection.tracked.output.hash], context })
    context.report({ type: 'advance', items: 1, bytes: 0 })
    if (found === undefined) continue
    const { pointerFile, path, stage } = selection.tracked
    all.push({ path, ...found })
    const file = relative(repo.cwd, pointerFile)
    const label = stage === undefined ? file : file === 'dvc.lock' ? stage : `${file.replace(/dvc\.lock$/, 'dvc.yaml')}:${stage}`
    const outputs = pointers.get(label) ?? new Map<string, OutputState>()
    outputs.set(nameOf(repo, path), found.state)
    pointers.set(label, outputs)
  }
  for (const trees of Object.values(complete)) trees.flush()
  return { kind: 'local', pointers, tracked: selections.length, hints: hintsFor(repo, all) }
}

/** DVC's order of questions: an object that the cache lacks, also of one file of a folder, wins over what became of the data. */
async function stateOf(
  repo: Repo,
  { tracked }: Selection,
  { complete, context }: { readonly complete: CompleteTrees; readonly context: Context },
): Promise<Omit<Found, 'path'> | undefined> {
  const { output } = tracked
  const { id } = output
  const treeOf = readableTrees(repo.cache(output.hash))
  const snapshot = await snapshotOutput(repo, tracked, context)
  const isHere = id !== undefined && hasId(snapshot, id)
  const listed = (): Tree | undefined => (snapshot.kind === 'folder' && isHere ? snapshot.tree : id && treeOf(id))
  const isCached = !id || !output.cached || (isTreeId(id) ? complete.has(id, listed) : repo.cache(output.hash).hasNow([id]).size > 0)
  if (!isCached) return { state: 'not in cache', isHere }
  if (snapshot.kind === 'absent') return { state: 'deleted', isHere }
  if (!id) return { state: 'new', isHere }
  return isHere ? undefined : { state: 'modified', isHere }
}

/** DVC pads the state to so many columns. */
const stateWidth = 20

function renderLocal({ pointers, tracked, hints }: LocalStatus): string {
  if (tracked === 0) return 'Nothing is tracked here yet: dv add <file or folder>\n'
  if (pointers.size === 0) return 'Data and pipelines are up to date.\n'
  const lines = [...pointers].flatMap(([file, outputs]) => [
    `${file}:`,
    '\tchanged outs:',
    ...[...outputs].map(([name, state]) => `\t\t${`${state}:`.padEnd(stateWidth)}${name}`),
  ])
  return `${[...lines, ...hints].join('\n')}\n`
}
