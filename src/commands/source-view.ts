/** A source as one tree of names: the files of git or the work tree, and the data that its pointers track. */
import { compareCodePoints } from '../base/code-points.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import type { Source } from '../repo/source.ts'
import { joined, parentOf, type SourceFile } from '../repo/source-files.ts'
import type { SourceOutput, SourceProject } from '../repo/source-project.ts'

export interface SeenEntry {
  readonly name: string
  /** '/' separated, relative to the top of the source */
  readonly path: string
  readonly isFolder: boolean
  /** as git or the work tree has it */
  readonly file?: SourceFile
  /** the output that it is, or lies in */
  readonly output?: SourceOutput
  /** of the tracked data; none for a folder inside a folder */
  readonly id?: ObjectId
}

export interface SourceView {
  /** undefined: there is nothing. '' is the top. */
  find(path: string): Promise<SeenEntry | undefined>
  /** sorted by name; [] for a file */
  children(folder: string): Promise<readonly SeenEntry[]>
}

export interface ViewOptions {
  /** tracked data alone */
  readonly dvcOnly?: boolean
}

/** Lists of tracked folders are read when one is looked into. A project in a folder is seen only by who looks into that folder, as in DVC. */
export function openSourceView(source: Source, { dvcOnly = false }: ViewOptions = {}): SourceView {
  const data = new Map<SourceProject, TrackedNames>()
  const dataOf = (project: SourceProject): TrackedNames => {
    const known = data.get(project) ?? openTrackedNames(project)
    data.set(project, known)
    return known
  }
  const fileAt = (project: SourceProject, path: string): SourceFile | undefined => {
    const file = dvcOnly ? undefined : source.files.find(path)
    return file === undefined || isIgnored(project, file) ? undefined : file
  }
  return {
    find: async path => {
      if (path === '') return merged(path, source.files.find(path), undefined)
      const project = await source.project(path)
      const file = path === project.folder ? source.files.find(path) : fileAt(project, path)
      const tracked = await dataOf(project).find(path)
      if (file === undefined && tracked === undefined && path !== project.folder) return undefined
      return merged(path, file, tracked)
    },
    children: async folder => {
      const project = await source.project(folder)
      const names = new Map<string, SeenEntry>()
      for (const tracked of await dataOf(project).below(folder))
        names.set(tracked.name, merged(joined(folder, tracked.name), undefined, tracked))
      for (const file of dvcOnly ? [] : (source.files.list(folder) ?? []))
        if (!isIgnored(project, file)) names.set(file.name, merged(file.path, file, names.get(file.name)))
      return [...names.values()].sort((a, b) => compareCodePoints(a.name, b.name))
    },
  }
}

/** What is on disk says whether it is a file or a folder. */
function merged(path: string, file: SourceFile | undefined, tracked: Pick<SeenEntry, 'isFolder' | 'output' | 'id'> | undefined): SeenEntry {
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    isFolder: file === undefined ? tracked?.isFolder === true || tracked === undefined : file.kind === 'folder',
    ...(file && { file }),
    ...(tracked?.output && { output: tracked.output }),
    ...(tracked?.id && { id: tracked.id }),
  }
}

function isIgnored({ folder, ignore }: SourceProject, { path, kind }: SourceFile): boolean {
  const inside = folder === '' ? path : path.slice(folder.length + 1)
  return kind === 'folder' ? ignore.ignoresFolder(inside) : ignore.ignoresFile(inside)
}

interface TrackedName {
  readonly name: string
  readonly isFolder: boolean
  readonly output?: SourceOutput
  readonly id?: ObjectId
}

interface TrackedNames {
  find(path: string): Promise<TrackedName | undefined>
  below(folder: string): Promise<readonly TrackedName[]>
}

/** By folder, then by name. */
type Names = Map<string, Map<string, TrackedName>>

function openTrackedNames(project: SourceProject): TrackedNames {
  const names: Names = new Map()
  const outputs = new Map(project.outputs.map(output => [output.path, output]))
  for (const output of project.outputs) {
    const { id } = output.tracked.output
    addName(names, output.path, { isFolder: id !== undefined && isTreeId(id), output, ...(id && { id }) })
  }
  const loaded = new Set<SourceOutput>()
  /** The list of the folder that `path` is, or lies in. */
  const load = async (path: string): Promise<void> => {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const output = outputs.get(at)
      if (output === undefined) continue
      const { id } = output.tracked.output
      if (id === undefined || !isTreeId(id) || loaded.has(output)) return
      loaded.add(output)
      addTree(names, output, (await project.trees([output])).get(id) ?? [])
      return
    }
  }
  const named = (path: string): TrackedName | undefined => names.get(parentOf(path))?.get(path.slice(path.lastIndexOf('/') + 1))
  return {
    find: async path => {
      if (!outputs.has(path)) await load(path)
      return named(path)
    },
    below: async folder => {
      await load(folder)
      return [...(names.get(folder)?.values() ?? [])]
    },
  }
}

function addTree(names: Names, output: SourceOutput, tree: Tree): void {
  for (const { path, id } of tree) addName(names, `${output.path}/${path}`, { isFolder: false, output, id })
}

/** With the folders above it, of which nothing is known but what lies in them. */
function addName(names: Names, path: string, entry: Omit<TrackedName, 'name'>): void {
  const parent = parentOf(path)
  const siblings = names.get(parent) ?? new Map<string, TrackedName>()
  if (!names.has(parent)) {
    names.set(parent, siblings)
    const { output } = entry
    const isInside = output !== undefined && parent.startsWith(`${output.path}/`)
    const isNew = parent !== '' && names.get(parentOf(parent))?.get(parent.slice(parent.lastIndexOf('/') + 1)) === undefined
    if (isNew) addName(names, parent, { isFolder: true, ...(isInside ? { output } : {}) })
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  siblings.set(name, { name, ...entry })
}
