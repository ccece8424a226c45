/** What is to be compared, of pointers and of the work tree: outputs, whole or in part. */
import { relative, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { treesApart } from '../format/trees-apart.ts'
import type { TrackedEntry, TrackedVersion } from '../repo/compare-versions.ts'
import type { Repo } from '../repo/open.ts'
import { selectFrom } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { snapshotOutput } from './snapshot-output.ts'

/** An output of a pointer of which something is meant. */
export interface MeantOutput {
  readonly tracked: TrackedOutput
  /** paths inside the folder; undefined: all of it, and itself */
  readonly insides: readonly string[] | undefined
}

/** One version of its data. */
export interface DataOutput extends MeantOutput {
  readonly entry: TrackedEntry
  /** what a folder in the work tree holds */
  readonly tree?: () => Tree
}

/** undefined when it cannot be had */
export type TreeOf = (output: DataOutput) => Tree | undefined

/** The part of `found` that `targets` mean ([]: all), without what git keeps itself. A target that means nothing goes to `missed`. */
export function outputsMeant(
  repo: Repo,
  found: readonly TrackedOutput[],
  { targets, missed }: { readonly targets: readonly string[]; readonly missed?: Set<string> },
): readonly MeantOutput[] {
  const meant = new Map<TrackedOutput, string[] | undefined>()
  if (targets.length === 0) for (const tracked of found) meant.set(tracked, undefined)
  for (const target of targets) {
    const selections = selectFrom(repo, target, found)
    if (selections.length === 0) missed?.add(target)
    for (const { tracked, inside } of selections) {
      const isWhole = inside === undefined || (meant.has(tracked) && meant.get(tracked) === undefined)
      meant.set(tracked, isWhole ? undefined : [...(meant.get(tracked) ?? []), inside])
    }
  }
  return [...meant].filter(([{ output }]) => output.cached).map(([tracked, insides]) => ({ tracked, insides }))
}

/** As the pointers say; what was never saved is left out. */
export const pointerOutputs = (repo: Repo, meant: readonly MeantOutput[]): readonly DataOutput[] =>
  meant.flatMap(one => {
    const { id, hash } = one.tracked.output
    return id === undefined ? [] : [{ ...one, entry: { path: pathOf(repo, one), id, hash } }]
  })

/** As the work tree is now; what is not there is left out. Hashes what changed since it was last seen. */
export async function workspaceOutputs(repo: Repo, meant: readonly MeantOutput[], context: Context): Promise<readonly DataOutput[]> {
  context.report({ type: 'phase', name: 'Looking at the data', items: meant.length })
  const outputs: DataOutput[] = []
  for (const one of meant) {
    const snapshot = await snapshotOutput(repo, one.tracked, context)
    context.report({ type: 'advance', items: 1, bytes: 0 })
    if (snapshot.kind === 'absent') continue
    const entry = { path: pathOf(repo, one), id: snapshot.id, hash: one.tracked.output.hash }
    outputs.push({ ...one, entry, ...(snapshot.kind === 'folder' && { tree: () => snapshot.tree }) })
  }
  return outputs
}

/** `treeOf` absent: folders are not looked into. */
export function versionOf(outputs: readonly DataOutput[], treeOf?: TreeOf): TrackedVersion {
  const entries: TrackedEntry[] = []
  const closed = new Set<string>()
  for (const output of outputs) {
    const { entry, insides } = output
    if (insides === undefined) entries.push(entry)
    if (treeOf === undefined || !isTreeId(entry.id)) continue
    const tree = treeOf(output)
    if (tree === undefined) closed.add(entry.path)
    for (const { path, id } of tree ?? [])
      if (insides === undefined || insides.some(inside => path === inside || path.startsWith(`${inside}/`)))
        entries.push({ path: `${entry.path}/${path}`, id, hash: entry.hash })
  }
  return { entries, closed }
}

/** Those of which something differs. The lists of files of what is the same need not be read. */
export function differing(before: readonly DataOutput[], after: readonly DataOutput[]): [readonly DataOutput[], readonly DataOutput[]] {
  const keyOf = ({ entry, insides }: DataOutput): string => JSON.stringify([entry.path, entry.id, entry.hash, insides])
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  return [before.filter(output => !now.has(keyOf(output))), after.filter(output => !old.has(keyOf(output)))]
}

/** The same outputs, without the files that both versions of a folder have: mostly that is nearly all of them. */
export function withoutCommonFiles(
  before: readonly DataOutput[],
  after: readonly DataOutput[],
  treeOf: TreeOf,
): [readonly DataOutput[], readonly DataOutput[]] {
  const keyOf = ({ entry }: DataOutput): string => `${entry.hash} ${entry.path}`
  const olds = new Map(before.map(output => [keyOf(output), output]))
  const less = new Map<DataOutput, DataOutput>()
  for (const output of after) {
    const old = olds.get(keyOf(output))
    const [a, b] = [old && isTreeId(old.entry.id) ? treeOf(old) : undefined, isTreeId(output.entry.id) ? treeOf(output) : undefined]
    if (!old || !a || !b) continue
    const [left, right] = treesApart(a, b)
    less.set(old, { ...old, tree: () => left })
    less.set(output, { ...output, tree: () => right })
  }
  const lessOf = (output: DataOutput): DataOutput => less.get(output) ?? output
  return [before.map(lessOf), after.map(lessOf)]
}

const pathOf = (repo: Repo, { tracked }: MeantOutput): string => relative(repo.root, tracked.path).replaceAll(sep, '/')
