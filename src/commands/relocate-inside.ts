/** dv mv and dv cp inside and between data sets: their lists are edited, whether the files are here or not. */
import { basename, relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'
import type { Tree } from '../format/tree.ts'
import { type Clash, clashesOf, isFolderIn, takeOut } from '../format/tree-edit.ts'
import { checkTreePath } from '../format/tree-path.ts'
import type { Repo } from '../repo/open.ts'
import type { Selection } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { bringArrivals } from './bring-arrivals.ts'
import { type EditOptions, editOutputs } from './edit-outputs.ts'
import type { EditReport } from './edit-report.ts'
import { assertEditable, type InsideTarget, insideTargets, selectInside } from './inside-targets.ts'
import { openTrees } from './open-trees.ts'
import { type Arrival, editOf, type OutputEdit } from './output-edit.ts'
import { peekingRepo } from './peeking-repo.ts'
import { nameOf } from './place.ts'
import { untilRecorded } from './until-recorded.ts'

export interface RelocateOptions extends EditOptions {
  readonly sources: readonly string[]
  readonly destination: string
  /** the sources stay: a copy */
  readonly keep: boolean
  readonly overwrite?: boolean
  readonly glob?: boolean
}

/**
 * As `mv` and `cp` have it: into the destination where it is a folder or ends in '/', else to that name. Collisions are refused
 * unless `overwrite`. @throws DvError 'unknown-target', 'bad-target', 'unsaved-files', 'object-missing'
 */
export async function relocateInside(opened: Repo, options: RelocateOptions, context: Context): Promise<EditReport> {
  const repo = options.dryRun ? peekingRepo(opened) : opened
  return untilRecorded('the pointer', async () => {
    const treeOf = openTrees(repo, context)
    const sources = await insideTargets(repo, options.sources, { glob: options.glob === true, treeOf })
    const to = destinationOf(repo, options.destination)
    assertEditable(repo, to.tracked)
    for (const source of sources) assertTakable(repo, source, { to, keep: options.keep })
    const before = await treeOf(to.tracked)
    const arrivals = arrivalsAt(repo, sources, { to, before, typed: options.destination })
    const edits = await editsOf(repo, { sources, to, arrivals, treeOf, options })
    if (!options.dryRun) await bringArrivals(repo, to.tracked, edits[0]?.arrivals ?? [], context)
    return editOutputs(repo, edits, options, context)
  })
}

interface Destination {
  readonly tracked: TrackedOutput
  readonly inside: string
}

function destinationOf(repo: Repo, typed: string): Destination {
  const { tracked, inside = '' } = selectionAt(repo, typed)
  const { id } = tracked.output
  if (inside === '' && id !== undefined && !isTreeId(id))
    throw new DvError('bad-target', `'${nameOf(repo, tracked.path)}' is a data set of one file: nothing can be put into it`)
  return { tracked, inside }
}

function selectionAt(repo: Repo, typed: string): Selection {
  try {
    return selectInside(repo, typed)
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'unknown-target') throw error
    throw new DvError('bad-target', `'${typed}' lies in no data set: from inside a data set files can only go into one`, {
      hint: 'dv pull, then cp and dv add   make a data set of its own',
      cause: error,
    })
  }
}

function assertTakable(
  repo: Repo,
  { tracked, inside, name }: InsideTarget,
  { to, keep }: { readonly to: Destination; readonly keep: boolean },
): void {
  if (tracked.output.hash !== 'md5')
    throw new DvError('bad-target', `'${nameOf(repo, tracked.path)}' was tracked by DVC 2: its files have other ids`, {
      hint: `dv add ${nameOf(repo, tracked.path)}`,
    })
  const isSame = tracked.path === to.tracked.path
  if (isSame && inside === to.inside) throw new DvError('bad-target', `'${name}' and the destination are the same`)
  if (keep) return
  assertEditable(repo, tracked)
  if (inside === '')
    throw new DvError('bad-target', `'${name}' is a data set of its own: as a whole it can be copied into another, not moved`, {
      hint: `dv cp ${name} ${nameOf(repo, to.tracked.path)}/   and then dv rm ${name}.dvc`,
    })
  if (isSame && to.inside.startsWith(`${inside}/`)) throw new DvError('bad-target', `'${name}' cannot be moved into itself`)
}

/** @throws DvError 'bad-target' for several sources and no folder, and for two that would have one name */
function arrivalsAt(
  repo: Repo,
  sources: readonly InsideTarget[],
  { to, before, typed }: { readonly to: Destination; readonly before: Tree; readonly typed: string },
): readonly Arrival[] {
  const isFolder = typed.endsWith('/') || isFolderIn(before, to.inside)
  if (!isFolder && sources.length > 1)
    throw new DvError('bad-target', `'${typed}' is no folder of '${nameOf(repo, to.tracked.path)}': several files cannot have its name`, {
      hint: `'${typed}/' makes the folder`,
    })
  const arrivals = new Map<string, Arrival>()
  for (const source of sources) {
    const base = isFolder ? joined(to.inside, source.basename) : to.inside
    for (const { path: from, id } of source.entries) {
      const path = joined(base, from === source.inside ? '' : source.inside === '' ? from : from.slice(source.inside.length + 1))
      const other = arrivals.get(path)
      if (other && other.id !== id)
        throw new DvError('bad-target', `two of the sources would be '${path}' in '${nameOf(repo, to.tracked.path)}'`)
      assertListable(repo, to.tracked, path)
      arrivals.set(path, { path, id, from: { tracked: source.tracked, path: from } })
    }
  }
  return [...arrivals.values()]
}

/** What no walk of the data set would find, or no tree may hold, cannot be put there. */
function assertListable(repo: Repo, { path: folder }: TrackedOutput, path: string): void {
  checkTreePath(path, process.platform)
  const name = nameOf(repo, `${folder}/${path}`)
  const rule = repo.ignore.explain(relative(repo.root, `${folder}/${path}`))
  if (rule) throw new DvError('bad-target', `'${name}' is ignored by ${rule.file}:${rule.line}: ${rule.pattern}`)
  if (basename(path) === '.dvcignore') throw new DvError('bad-target', `'${name}': a .dvcignore cannot lie inside a data set`)
}

const joined = (folder: string, name: string): string => (folder === '' || name === '' ? folder + name : `${folder}/${name}`)

interface Relocation {
  readonly sources: readonly InsideTarget[]
  readonly to: Destination
  readonly arrivals: readonly Arrival[]
  readonly treeOf: (tracked: TrackedOutput) => Promise<Tree>
  readonly options: RelocateOptions
}

/** The destination's edit first. @throws DvError 'bad-target' for a collision */
async function editsOf(repo: Repo, { sources, to, arrivals, treeOf, options }: Relocation): Promise<readonly OutputEdit[]> {
  const leaving = new Map<string, { tracked: TrackedOutput; removed: Tree }>()
  for (const { tracked, entries } of options.keep ? [] : sources) {
    const group = leaving.get(tracked.path)
    leaving.set(tracked.path, { tracked, removed: [...(group?.removed ?? []), ...entries] })
  }
  const removed = leaving.get(to.tracked.path)?.removed ?? []
  const before = await treeOf(to.tracked)
  const staying = takeOut(before, removed)
  const clashes = clashesOf(staying, arrivals)
  refuseClashes(repo, clashes, { to, overwrite: options.overwrite === true })
  const clashing = new Set(clashes.map(({ path }) => path))
  const replaced = before.filter(({ path }) => clashing.has(path))
  const there = new Map(staying.map(({ path, id }) => [path, id]))
  const coming = arrivals.filter(({ path, id }) => there.get(path) !== id)
  const edits = [editOf(to.tracked, before, { removed, arrivals: coming, replaced })]
  for (const { tracked, removed: gone } of leaving.values())
    if (tracked.path !== to.tracked.path) edits.push(editOf(tracked, await treeOf(tracked), { removed: gone }))
  return edits
}

function refuseClashes(
  repo: Repo,
  clashes: readonly Clash[],
  { to, overwrite }: { readonly to: Destination; readonly overwrite: boolean },
): void {
  const refused = overwrite ? clashes.filter(clash => clash.with !== 'file') : clashes
  if (refused.length === 0) return
  const shown = 10
  const why = { file: 'is there already, with other content', folder: 'is a folder', above: 'would lie in what is a file' } as const
  const lines = refused.slice(0, shown).map(clash => `\n  ${nameOf(repo, `${to.tracked.path}/${clash.path}`)} ${why[clash.with]}`)
  const more = refused.length > shown ? `\n  … and ${formatCount(refused.length - shown, 'more file')}` : ''
  throw new DvError('bad-target', `${formatCount(refused.length, 'file')} cannot be put there:${lines.join('')}${more}`, {
    hint: refused.every(clash => clash.with === 'file') ? 'the same command with --overwrite' : undefined,
  })
}
