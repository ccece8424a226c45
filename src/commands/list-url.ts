/** dv list-url: what lies at a URL, without downloading it. */
import { posix } from 'node:path'
import { compareCodePoints } from '../base/code-points.ts'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { pool } from '../base/pool.ts'
import type { FileSource, SourceFile, SourceFolder } from '../store/file-source.ts'
import { type Command, jsonFlag } from './command.ts'
import { fsConfigFlag } from './fs-config.ts'
import type { ListedTree } from './list.ts'
import { renderList, renderTree } from './list-text.ts'
import { type TypedSource, withTypedUrl } from './outside-source.ts'

interface Options extends TypedSource {
  readonly recursive?: boolean
  readonly tree?: boolean
  readonly level?: number
  readonly size?: boolean
  readonly json?: boolean
}

/** As `Repo.ls_url` of DVC returns it. */
interface ListedUrl {
  /** relative to the URL */
  readonly path: string
  readonly isdir: boolean
  /** bytes; null for folders, and where a server does not say */
  readonly size: number | null
}

type Result = { readonly kind: 'list'; readonly entries: readonly ListedUrl[] } | { readonly kind: 'tree'; readonly top: ListedTree }

export const listUrl: Command<Options, Result> = {
  name: 'list-url',
  summary: 'List what lies at a URL, without downloading it',
  details:
    'Places: s3://bucket/path, remote://name/path, folders of this machine; of http://… and https://… the file itself. Works outside of a\nrepository, too.',
  arguments: [{ name: 'url', summary: 'where to look' }],
  flags: [
    { name: 'recursive', short: 'R', summary: 'all files below, too' },
    { name: 'tree', short: 'T', summary: 'all files below, drawn as a tree' },
    { name: 'level', short: 'L', value: 'depth', type: 'number', summary: 'with -R or -T: so many levels' },
    { name: 'size', summary: 'show sizes' },
    fsConfigFlag,
    jsonFlag,
  ],
  examples: [
    { line: 'dv list-url s3://lab/photos', what: 'one folder of a bucket' },
    { line: 'dv list-url -R --size remote://archive/2026', what: 'every file below, with the options of the remote `archive`' },
  ],
  failureStatus: 255,
  exits: [{ status: 255, what: 'there is nothing at the URL, or it cannot be read' }],
  run: async (options, context) => {
    if (options.tree && options.json) throw new DvError('usage', '--tree and --json do not go together', { hint: 'dv list-url -R --json' })
    return withTypedUrl(options, context, source => listSource(source, options, context))
  },
  render: (result, options) =>
    result.kind === 'tree'
      ? renderTree(result.top, options)
      : renderList(
          result.entries.map(entry => ({ ...entry, ...untracked })),
          options,
        ),
  json: result => (result.kind === 'list' ? result.entries : result.top),
}

/** What only a repository could say. */
const untracked = { isout: false, isexec: false, md5: null } as const

async function listSource(source: FileSource, { url, recursive, tree, level }: Options, context: Context): Promise<Result> {
  const { signal } = context
  context.report({ type: 'phase', name: `Asking ${source.label}` })
  const top = await source.look(signal)
  if (top === undefined) throw new DvError('unknown-target', `the path '${url}' does not exist`)
  const name = source.label.replace(/^s3:\/\//, '')
  if (top.kind === 'file') {
    const entry = { path: name, isdir: false, size: top.size ?? null }
    return tree ? { kind: 'tree', top: { ...entry, ...untracked, contents: [] } } : { kind: 'list', entries: [entry] }
  }
  const depth = recursive || tree ? (level ?? Number.POSITIVE_INFINITY) : 1
  const found = depth === Number.POSITIVE_INFINITY ? await allFiles(source, signal) : await levels(source, depth, signal)
  const entries = found.map(listed).sort((a, b) => compareCodePoints(a.path, b.path))
  return tree ? { kind: 'tree', top: treeOf(name, entries) } : { kind: 'list', entries }
}

async function allFiles(source: FileSource, signal: AbortSignal): Promise<readonly SourceFile[]> {
  const all: SourceFile[] = []
  for await (const page of source.files(signal)) for (const file of page) all.push(file)
  return all
}

/** One question for each folder: files of all levels, and of the last one the folders, as DVC has it. */
async function levels(source: FileSource, depth: number, signal: AbortSignal): Promise<readonly (SourceFile | SourceFolder)[]> {
  const found: (SourceFile | SourceFolder)[] = []
  let folders = ['']
  for (let level = 1; level <= depth && folders.length > 0; level++) {
    const next: string[] = []
    await pool(folders, { limit: source.concurrency, signal }, async folder => {
      for (const entry of await source.entries(folder, signal)) {
        if (entry.kind === 'file' || level === depth) found.push(entry)
        else next.push(entry.path)
      }
    })
    folders = next
  }
  return found
}

const listed = (entry: SourceFile | SourceFolder): ListedUrl => ({
  path: entry.path,
  isdir: entry.kind === 'folder',
  size: entry.kind === 'file' ? (entry.size ?? null) : null,
})

interface Growing extends ListedTree {
  readonly contents: Growing[]
}

function treeOf(name: string, entries: readonly ListedUrl[]): ListedTree {
  const folderAt = new Map<string, Growing>()
  const folderOf = (path: string): Growing => {
    const known = folderAt.get(path)
    if (known) return known
    const made: Growing = { ...untracked, path: path === '.' ? name : posix.basename(path), isdir: true, size: null, contents: [] }
    folderAt.set(path, made)
    if (path !== '.') folderOf(posix.dirname(path)).contents.push(made)
    return made
  }
  const top = folderOf('.')
  for (const entry of entries) {
    if (entry.isdir) folderOf(entry.path)
    else folderOf(posix.dirname(entry.path)).contents.push({ ...entry, ...untracked, path: posix.basename(entry.path), contents: [] })
  }
  for (const folder of folderAt.values()) folder.contents.sort((a, b) => compareCodePoints(a.path, b.path))
  return top
}
