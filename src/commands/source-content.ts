/** What lies at a path of another repository: tracked data, files of git, or a folder with both. */
import { posix } from 'node:path'
import { compareCodePoints } from '../base/code-points.ts'
import { DvError } from '../base/error.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { checkTreePath } from '../format/tree-path.ts'
import { isPipelineName, isPointerName } from '../repo/read-pointer.ts'
import type { Source } from '../repo/source.ts'
import { joined, type SourceFile } from '../repo/source-files.ts'
import type { SourceOutput, SourceProject } from '../repo/source-project.ts'

export interface SourceEntry {
  /** relative to the path that was asked for; '' for a single file */
  readonly path: string
  readonly from:
    | { readonly kind: 'object'; readonly id: ObjectId; readonly output: SourceOutput; readonly project: SourceProject }
    /** a file of git; its path in the source */
    | { readonly kind: 'git'; readonly path: string }
}

export interface SourceContent {
  readonly kind: 'file' | 'folder'
  /** sorted as a tree is; every path is one that a tree may hold */
  readonly entries: readonly SourceEntry[]
}

/**
 * As DVC's view of a repository (dvc/fs/dvc.py): pointers, pipelines and ignore files of DVC are not seen in a folder, nor what .dvcignore
 * leaves out; a path that is named itself is. `path`: relative to the top of the source, whatever it begins with.
 * @throws DvError 'unknown-target' when there is nothing, 'object-missing', 'bad-pointer', 'unsupported-file'
 */
export async function contentAt(source: Source, path: string): Promise<SourceContent> {
  const top = posix.normalize(`/${path}`).replace(/^\/|\/$/g, '')
  const entries = await entriesAt({ source, links: [] }, top)
  if (entries === undefined)
    throw new DvError(
      'unknown-target',
      `there is no ${JSON.stringify(path)} in ${source.label}${source.commit ? ` at ${source.commit}` : ''}`,
      {
        hint: `dv ls ${source.label}`,
      },
    )
  const [only] = entries
  if (entries.length === 1 && only?.path === '') return { kind: 'file', entries }
  for (const entry of entries) checkTreePath(entry.path, process.platform)
  return { kind: 'folder', entries: [...entries].sort((a, b) => compareCodePoints(a.path, b.path)) }
}

interface Walk {
  readonly source: Source
  /** symbolic links on the way here */
  readonly links: readonly string[]
}

/** Paths of the entries are relative to `path`. undefined: there is nothing. */
async function entriesAt(walk: Walk, path: string): Promise<readonly SourceEntry[] | undefined> {
  const project = await walk.source.project(path)
  const outputs = outputsOf(project)
  const above = outputs.find(output => output.path === path || path.startsWith(`${output.path}/`))
  if (above !== undefined) return await entriesOfOutput(project, above, path)
  const file = path === '' ? { kind: 'folder' as const } : walk.source.files.find(path)
  if (file?.kind === 'symlink') return await entriesBehind(walk, path)
  if (file !== undefined && file.kind !== 'folder') return [{ path: '', from: { kind: 'git', path } }]
  const below = outputs.filter(output => output.path.startsWith(`${path}/`) || path === '')
  if (file === undefined && below.length === 0) return undefined
  const found: SourceEntry[] = []
  for (const name of namesIn(walk.source.files.list(path) ?? [], below, path)) {
    const inner = joined(path, name)
    if (await isHidden(walk.source, project, inner)) continue
    for (const entry of (await entriesAt(walk, inner)) ?? []) found.push({ ...entry, path: joined(name, entry.path) })
  }
  return found
}

/** Without those that are in git themselves (`cache: false`). */
const outputsOf = ({ outputs }: SourceProject): readonly SourceOutput[] => outputs.filter(({ tracked }) => tracked.output.cached)

/** An output may lie in a folder that git does not have, since nothing else is in it. */
const namesIn = (files: readonly SourceFile[], outputs: readonly SourceOutput[], folder: string): ReadonlySet<string> =>
  new Set([
    ...files.map(({ name }) => name),
    ...outputs.map(output => output.path.slice(folder === '' ? 0 : folder.length + 1).split('/')[0] ?? ''),
  ])

async function isHidden(source: Source, project: SourceProject, path: string): Promise<boolean> {
  const name = posix.basename(path)
  const file = source.files.find(path)
  if (outputsOf(project).some(output => output.path === path)) return false
  if (file?.kind === 'folder' || file === undefined) {
    if (name === '.dvc' || name === '.git') return true
    // A project inside the project is a folder like another here; its own rules are its own.
    const isProject = source.files.find(`${path}/.dvc`)?.kind === 'folder'
    return !isProject && project.ignore.ignoresFolder(inProject(project, path))
  }
  return (
    isPointerName(name) ||
    isPipelineName(name) ||
    name === 'dvc.lock' ||
    name === '.dvcignore' ||
    project.ignore.ignoresFile(inProject(project, path))
  )
}

const inProject = ({ folder }: SourceProject, path: string): string => (folder === '' ? path : path.slice(folder.length + 1))

async function entriesOfOutput(project: SourceProject, output: SourceOutput, path: string): Promise<readonly SourceEntry[] | undefined> {
  const { id } = output.tracked.output
  if (id === undefined)
    throw new DvError(
      'object-missing',
      `the pointer of ${JSON.stringify(output.path)} says no md5: its data was not downloaded there either`,
    )
  const entry = (id: ObjectId, path: string): SourceEntry => ({ path, from: { kind: 'object', id, output, project } })
  if (!isTreeId(id)) return path === output.path ? [entry(id, '')] : undefined
  const tree = (await project.trees([output])).get(id) ?? []
  if (path === output.path) return tree.map(each => entry(each.id, each.path))
  const inside = path.slice(output.path.length + 1)
  const found = tree.filter(each => each.path === inside || each.path.startsWith(`${inside}/`))
  return found.length === 0 ? undefined : found.map(each => entry(each.id, each.path.slice(inside.length + 1)))
}

/** So many links behind each other, as in Linux. */
const mostLinks = 40

async function entriesBehind(walk: Walk, path: string): Promise<readonly SourceEntry[]> {
  const refuse = (why: string): never => {
    throw new DvError('unsupported-file', `${JSON.stringify(path)} of ${walk.source.label} is a symbolic link ${why}`)
  }
  if (walk.links.includes(path) || walk.links.length >= mostLinks) return refuse('that leads in a circle')
  const target = posix.normalize(posix.join(posix.dirname(path), Buffer.from(await walk.source.files.read(path)).toString()))
  if (posix.isAbsolute(target) || target === '..' || target.startsWith('../')) return refuse('out of the repository')
  const found = await entriesAt({ ...walk, links: [...walk.links, path] }, target === '.' ? '' : target)
  return found ?? refuse('to nothing')
}
