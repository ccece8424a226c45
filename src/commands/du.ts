/** dv du: how large the files and data sets of a repository are, without its data. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatColumnBytes } from '../base/quantities.ts'
import { isPipelineName, isPointerName } from '../repo/read-pointer.ts'
import type { Source } from '../repo/source.ts'
import type { SourceFile } from '../repo/source-files.ts'
import { type Command, jsonFlag } from './command.ts'
import { table } from './list-text.ts'
import { pathInSource, type SourceFlags, sourceFlags, urlAndPath, urlArgument, withTypedSource } from './source-flags.ts'
import { openSourceView, type SeenEntry, type SourceView } from './source-view.ts'

interface Options extends SourceFlags {
  readonly url?: string
  readonly path?: string
  readonly maxDepth?: number
  readonly summarize?: boolean
}

export interface Usage {
  /** as DVC prints it: with the path that was typed in front */
  readonly path: string
  /** bytes; null where only the sum of a whole data set is known */
  readonly size: number | null
}

export const du: Command<Options, readonly Usage[]> = {
  name: 'du',
  summary: 'Show how large files and data sets of a repository are, without downloading data',
  details:
    'The size of a data set is what its pointer says. Of single files in one that is not here nobody knows the size without asking the\nstorage for each: they are shown as `-` (DVC shows 0).',
  arguments: [urlArgument, { name: 'path', optional: true, summary: 'the folder or file; default: everything' }],
  flags: [
    { name: 'max-depth', short: 'd', value: 'depth', type: 'number', summary: 'so many levels, default 1' },
    { name: 'summarize', short: 's', summary: 'the sum only' },
    ...sourceFlags,
    jsonFlag,
  ],
  examples: [
    { line: 'dv du', what: 'what takes the room here?' },
    { line: 'dv du https://github.com/lab/datasets --rev v1 -s', what: 'how much would a clone with its data take?' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is no such repository, revision or path' }],
  run: (options, context) => {
    const { url, path = '' } = urlAndPath(options, context)
    return withTypedSource(url, options, { context, use: source => usageOf(source, path, { options, context }) })
  },
  render: usages =>
    table(
      usages.map(({ path, size }) => [size === null ? '-' : formatColumnBytes(size), path]),
      {},
    ),
  json: usages => usages,
}

interface Asked {
  readonly options: Options
  readonly context: Context
}

/** A file or folder with all that lies below. */
interface Measured {
  readonly entry: SeenEntry
  readonly below: readonly Measured[]
}

async function usageOf(source: Source, typed: string, { options, context }: Asked): Promise<readonly Usage[]> {
  const view = openSourceView(source)
  const top = await view.find(pathInSource(source, typed, context))
  if (top === undefined) throw new DvError('unknown-target', `there is no '${typed}' in ${source.label}`, { hint: `dv ls ${source.label}` })
  context.report({ type: 'phase', name: 'Listing' })
  const depth = options.summarize || !top.isFolder ? 0 : (options.maxDepth ?? 1)
  const measured = await measure(view, top, depth)
  const sizes = await source.files.sizes(filesOf(measured))
  const usages: Usage[] = []
  const tell = (one: Measured, level: number): void => {
    if (level < depth) for (const inner of one.below) tell(inner, level + 1)
    usages.push({
      path: level === 0 ? typed : under(typed, one.entry.path.slice(top.path === '' ? 0 : top.path.length + 1)),
      size: sizeOf(one, sizes),
    })
  }
  tell(measured, 0)
  return usages
}

const under = (typed: string, path: string): string => (typed === '' ? path : `${typed.replace(/\/+$/, '')}/${path}`)

/** A data set that is not here is looked into only where its files are to be shown: that takes its list. */
async function measure(view: SourceView, entry: SeenEntry, depth: number): Promise<Measured> {
  if (!entry.isFolder || (depth <= 0 && isWhole(entry))) return { entry, below: [] }
  const below: Measured[] = []
  for (const inner of await view.children(entry.path)) if (!isPointer(inner)) below.push(await measure(view, inner, depth - 1))
  return { entry, below }
}

const isPointer = ({ name, isFolder }: SeenEntry): boolean =>
  !isFolder && (isPointerName(name) || isPipelineName(name) || name === '.dvcignore')

/** An output of which nothing lies in the work tree. */
const isWhole = ({ file, output, path }: SeenEntry): boolean =>
  file === undefined && output?.path === path && output.tracked.output.size !== undefined

const filesOf = ({ entry, below }: Measured): readonly SourceFile[] => [
  ...(entry.file && !entry.isFolder ? [entry.file] : []),
  ...below.flatMap(filesOf),
]

function sizeOf({ entry, below }: Measured, sizes: ReadonlyMap<string, number>): number | null {
  if (isWhole(entry)) return entry.output?.tracked.output.size ?? null
  if (!entry.isFolder) return sizes.get(entry.path) ?? null
  return below.reduce<number | null>((sum, inner) => {
    const size = sum === null ? null : sizeOf(inner, sizes)
    return sum === null || size === null ? null : sum + size
  }, 0)
}
