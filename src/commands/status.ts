/** dv status: what differs between pointers, data and cache; with -c between cache and remote. */
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { hasChangedChecksum } from '../format/pointer-checksum.ts'
import type { Tree } from '../format/tree.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { type Selection, selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { hasId } from '../workspace/snapshot.ts'
import { type CloudStatus, cloudStatus, renderCloud } from './cloud-status.ts'
import type { CollectOptions } from './collect.ts'
import { type Command, jobsFlag, jsonFlag, recursiveFlag, remoteFlag, revisionFlags, withDepsFlag } from './command.ts'
import { type CompleteTrees, openCompleteTrees } from './complete-trees.ts'
import { isClean, jsonOfLocal, type LocalStatus, type PointerState, renderLocal } from './local-status.ts'
import { nameOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { snapshotOutput } from './snapshot-output.ts'
import { openSourceStates } from './source-states.ts'
import { type Found, hintsFor, sourceHints } from './status-hints.ts'

interface Options extends CollectOptions {
  readonly cloud?: boolean
  readonly quiet?: boolean
  readonly jobs?: number
  readonly updates?: boolean
}

type Result = LocalStatus | CloudStatus

export const status: Command<Options, Result> = {
  name: 'status',
  summary: 'Show what differs between pointers, data and cache, or remote',
  details:
    'Hashes only files that changed since they were last seen. Reads nothing from a network unless asked by -c, -r or --updates;\nan import that was unfrozen asks its source.\nThe exit status is 0 also when something differs; with -q it is 1 then, and nothing is shown.',
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
    { name: 'updates', summary: 'ask the sources of imported data whether they have changed' },
    { name: 'no-updates', summary: 'do not ask them, which is the default here' },
    jsonFlag,
  ],
  examples: [
    { line: 'dv status', what: 'is everything as committed?' },
    { line: 'dv status -q || echo changed', what: 'the same for a script' },
    { line: 'dv status -c', what: 'what was not pushed yet?' },
    { line: 'dv status --updates', what: 'has imported data changed at its source?' },
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
  json: result => (result.kind === 'cloud' ? result.states : jsonOfLocal(result)),
  exitStatus: (result, { quiet }) =>
    quiet && (result.kind === 'cloud' ? Object.keys(result.states).length : result.pointers.size) > 0 ? 1 : 0,
}

async function localStatus(repo: Repo, options: Options, context: Context): Promise<LocalStatus> {
  const selections = selectOutputs(repo, options.targets ?? [], { recursive: options.recursive === true })
  context.report({ type: 'phase', name: 'Comparing', items: selections.length })
  const pointers = new Map<string, PointerState>()
  const all: Found[] = []
  const sourceStates = openSourceStates(repo, { updates: options.updates === true }, context)
  /** What is not about an output. Only an import has any of it, or a pointer that a person wrote. */
  const stateOfPointer = async (tracked: TrackedOutput): Promise<PointerState> => ({
    sources: tracked.pointer.imported ? await sourceStates(tracked) : new Map(),
    outputs: new Map(),
    isAlwaysChanged: tracked.pointer.rest['always_changed'] === true,
    hasChangedChecksum: hasChangedChecksum(tracked.pointer),
  })
  const complete = { md5: openCompleteTrees(repo, 'md5'), 'md5-dos2unix': openCompleteTrees(repo, 'md5-dos2unix') }
  for (const selection of selections) {
    const { tracked } = selection
    const found = await stateOf(repo, selection, { complete: complete[tracked.output.hash], context })
    context.report({ type: 'advance', items: 1, bytes: 0 })
    if (found !== undefined) all.push({ path: tracked.path, ...found })
    const label = labelOf(repo, tracked)
    const pointer = pointers.get(label) ?? (await stateOfPointer(tracked))
    const outputs = found === undefined ? pointer.outputs : new Map([...pointer.outputs, [nameOf(repo, tracked.path), found.state]])
    if (!isClean({ ...pointer, outputs })) pointers.set(label, { ...pointer, outputs })
  }
  for (const trees of Object.values(complete)) trees.flush()
  return { kind: 'local', pointers, tracked: selections.length, hints: [...hintsFor(repo, all), ...sourceHints(pointers)] }
}

function labelOf(repo: Repo, { pointerFile, stage }: TrackedOutput): string {
  const file = relative(repo.cwd, pointerFile)
  if (stage === undefined) return file
  return file === 'dvc.lock' ? stage : `${file.replace(/dvc\.lock$/, 'dvc.yaml')}:${stage}`
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
