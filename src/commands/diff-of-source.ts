/** dv diff --repo: two commits of another repository, of which only pointers and lists of files are fetched. */
import { isAbsolute } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { compareVersions, type VersionChanges } from '../repo/compare-versions.ts'
import type { SourceProject } from '../repo/source-project.ts'
import { type DataOutput, differing, outputsMeant, pointerOutputs, type TreeOf, versionOf, withoutCommonFiles } from './compared-outputs.ts'
import { type SourceFlags, withTypedSource } from './source-flags.ts'

export interface SourceDiffOptions extends Omit<SourceFlags, 'rev'> {
  /** address of git, or a folder */
  readonly url: string
  readonly from: string
  readonly to: string
  /** '/' separated, relative to the top of the repository */
  readonly targets: readonly string[]
}

interface SourceVersion {
  readonly outputs: readonly DataOutput[]
  readonly missed: ReadonlySet<string>
  trees(outputs: readonly DataOutput[]): Promise<ReadonlyMap<ObjectId, Tree>>
}

/** Of the project at the top of the repository. @throws DvError 'unknown-target', 'bad-target', and what looking at another repository throws */
export function diffOfSource(options: SourceDiffOptions, context: Context): Promise<VersionChanges> {
  const outside = options.targets.find(target => isAbsolute(target) || target.split('/').includes('..'))
  if (outside !== undefined) throw new DvError('bad-target', `'${outside}' is not a path from the top of ${options.url}`)
  const at = <T>(rev: string, use: (version: SourceVersion) => Promise<T>): Promise<T> =>
    withTypedSource(
      options.url,
      { ...options, rev },
      { context, use: async source => use(versionIn(await source.project(''), options.targets)) },
    )
  return at(options.from, before => at(options.to, after => changesBetween(before, after, options)))
}

function versionIn(project: SourceProject, targets: readonly string[]): SourceVersion {
  const { repo } = project
  if (repo === undefined) return { outputs: [], missed: new Set(targets), trees: async () => new Map() }
  const missed = new Set<string>()
  const found = project.outputs.map(({ tracked }) => tracked)
  const outputs = pointerOutputs(repo, outputsMeant(repo, found, { targets, missed }))
  return {
    outputs,
    missed,
    trees: asked => project.trees(project.outputs.filter(({ tracked }) => asked.some(output => output.tracked === tracked))),
  }
}

async function changesBetween(before: SourceVersion, after: SourceVersion, { targets, url }: SourceDiffOptions): Promise<VersionChanges> {
  const unknown = targets.find(target => before.missed.has(target) && after.missed.has(target))
  if (unknown !== undefined)
    throw new DvError('unknown-target', `'${unknown}' is tracked in neither of the two versions`, { hint: `dv ls ${url}` })
  const [old, now] = differing(before.outputs, after.outputs)
  const trees = new Map([...(await before.trees(old)), ...(await after.trees(now))])
  const treeOf: TreeOf = ({ entry, tree }) => tree?.() ?? trees.get(entry.id)
  const [oldFiles, newFiles] = withoutCommonFiles(old, now, treeOf)
  return compareVersions(versionOf(oldFiles, treeOf), versionOf(newFiles, treeOf))
}
