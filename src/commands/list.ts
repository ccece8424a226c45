/** dv list, dv ls: what a repository holds, without its data. */
import { compareCodePoints } from '../base/code-points.ts'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Source } from '../repo/source.ts'
import { type Command, jsonFlag } from './command.ts'
import { renderList, renderTree } from './list-text.ts'
import { pathInSource, type SourceFlags, sourceFlags, urlAndPath, urlArgument, withTypedSource } from './source-flags.ts'
import { openSourceView, type SeenEntry, type SourceView } from './source-view.ts'

interface Options extends SourceFlags {
  readonly url?: string
  readonly path?: string
  readonly recursive?: boolean
  readonly tree?: boolean
  readonly level?: number
  readonly size?: boolean
  readonly showHash?: boolean
  readonly dvcOnly?: boolean
  readonly json?: boolean
}

/** DVC's (dvc/repo/ls.py) */
export interface ListedEntry {
  readonly isout: boolean
  readonly isdir: boolean
  readonly isexec: boolean
  /** bytes; null for files inside a data set, of which a pointer knows the sum only */
  readonly size: number | null
  readonly md5: ObjectId | null
  /** relative to what was listed */
  readonly path: string
}

export interface ListedTree extends ListedEntry {
  readonly contents: readonly ListedTree[]
}

type Result = { readonly kind: 'list'; readonly entries: readonly ListedEntry[] } | { readonly kind: 'tree'; readonly top: ListedTree }

export const list: Command<Options, Result> = {
  name: 'list',
  summary: 'List the files and data sets of a repository, without downloading data',
  details:
    'Of this repository, or of any address of git. Of a data set only its list of files is fetched, once: that and the commit stay in your\ncache folder (XDG_CACHE_HOME, by default ~/.cache/dv), so that the next look takes one short question to the git server.',
  arguments: [urlArgument, { name: 'path', optional: true, summary: 'the folder or file to list; default: everything' }],
  flags: [
    { name: 'recursive', short: 'R', summary: 'all files below, too' },
    { name: 'tree', short: 'T', summary: 'all files below, drawn as a tree' },
    { name: 'level', short: 'L', value: 'depth', type: 'number', summary: 'with -R or -T: so many levels' },
    { name: 'dvc-only', summary: 'tracked data only' },
    { name: 'size', summary: 'show sizes' },
    { name: 'show-hash', summary: 'show the md5 of tracked data' },
    ...sourceFlags,
    jsonFlag,
  ],
  examples: [
    { line: 'dv ls', what: 'what is in this folder of this repository?' },
    { line: 'dv ls git@github.com:lab/datasets.git dog_and_cat -R', what: 'the files of a data set that is not here' },
    { line: 'dv ls https://github.com/lab/datasets --rev v1 --json', what: 'a tagged version, for a script' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is no such repository, revision or path' }],
  run: (options, context) => {
    if (options.tree && options.json) throw new DvError('usage', '--tree and --json do not go together', { hint: 'dv ls -R --json' })
    const { url, path = '' } = urlAndPath(options, context)
    return withTypedSource(url, options, { context, use: source => listSource(source, path, { options, context }) })
  },
  render: (result, options) => (result.kind === 'tree' ? renderTree(result.top, options) : renderList(result.entries, options)),
  json: result => (result.kind === 'list' ? result.entries : result.top),
}

interface Asked {
  readonly options: Options
  readonly context: Context
}

async function listSource(source: Source, typed: string, { options, context }: Asked): Promise<Result> {
  const path = pathInSource(source, typed, context)
  const view = openSourceView(source, { dvcOnly: options.dvcOnly === true })
  const top = await view.find(path)
  if (top === undefined) throw new DvError('unknown-target', `there is no '${typed}' in ${source.label}`, { hint: `dv ls ${source.label}` })
  const depth = options.tree || options.recursive ? (options.level ?? Number.POSITIVE_INFINITY) : 1
  context.report({ type: 'phase', name: 'Listing' })
  const seen = top.isFolder ? await collect(view, path, depth) : [{ ...top, below: [] }]
  const sizes = options.json || options.size ? await source.files.sizes(filesOf([{ ...top, below: seen }])) : new Map<string, number>()
  if (options.tree) return { kind: 'tree', top: treeOf({ ...top, below: top.isFolder ? seen : [] }, typed || '.', sizes) }
  const entries = top.isFolder ? flat(seen, { prefix: path === '' ? 0 : path.length + 1, depth }, sizes) : [listed(top, top.name, sizes)]
  return { kind: 'list', entries }
}

interface Branch extends SeenEntry {
  readonly below: readonly Branch[]
}

async function collect(view: SourceView, folder: string, depth: number): Promise<readonly Branch[]> {
  const branches: Branch[] = []
  for (const entry of await view.children(folder))
    branches.push({ ...entry, below: entry.isFolder && depth > 1 ? await collect(view, entry.path, depth - 1) : [] })
  return branches
}

const filesOf = (branches: readonly Branch[]): readonly NonNullable<SeenEntry['file']>[] =>
  branches.flatMap(branch => [...(branch.file ? [branch.file] : []), ...filesOf(branch.below)])

/** Files of all levels, and of the last one the folders; sorted as whole paths, as Python sorts them. */
function flat(
  branches: readonly Branch[],
  { prefix, depth }: { readonly prefix: number; readonly depth: number },
  sizes: ReadonlyMap<string, number>,
): readonly ListedEntry[] {
  const found: ListedEntry[] = []
  const visit = (branch: Branch, level: number): void => {
    if (!branch.isFolder || level === depth) found.push(listed(branch, branch.path.slice(prefix), sizes))
    else for (const inner of branch.below) visit(inner, level + 1)
  }
  for (const branch of branches) visit(branch, 1)
  return found.sort((a, b) => compareCodePoints(a.path, b.path))
}

const treeOf = (branch: Branch, name: string, sizes: ReadonlyMap<string, number>): ListedTree => ({
  ...listed(branch, name, sizes),
  contents: branch.below.map(inner => treeOf(inner, inner.name, sizes)),
})

/** What is on disk, or in git, tells its own size; else the pointer tells that of what it names. */
function listed({ path, file, output, id, isFolder }: SeenEntry, name: string, sizes: ReadonlyMap<string, number>): ListedEntry {
  return {
    isout: output !== undefined,
    isdir: isFolder,
    isexec: file?.kind === 'executable',
    size: sizes.get(path) ?? (output?.path === path ? output.tracked.output.size : undefined) ?? null,
    md5: id ?? null,
    path: name,
  }
}
