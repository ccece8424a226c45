/** dv cat: the bytes of one file, of this repository or any other. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import type { Source } from '../repo/source.ts'
import { openIdCheck } from '../store/id-check.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { readHead } from '../store/read-head.ts'
import { smallObjectBytes } from '../store/whole-file.ts'
import type { Command } from './command.ts'
import { pathInSource, type SourceFlags, sourceFlags, urlAndPath, withTypedSource } from './source-flags.ts'
import { openSourceView } from './source-view.ts'

interface Options extends SourceFlags {
  readonly url: string
  readonly path?: string
}

export const cat: Command<Options, void> = {
  name: 'cat',
  summary: 'Print the bytes of one file, of this repository or any other',
  details:
    'Of a data set that is not here, its list of files and that one file are fetched. Up to 1 MiB is checked before anything is printed; a\nlarger file is checked while it passes, and the exit status tells whether it was whole.',
  arguments: [
    { name: 'url', summary: 'the repository, when it is another one: an address of git, or a folder' },
    { name: 'path', optional: true, summary: 'the file: tracked data, a file inside a data set, or a file in git' },
  ],
  flags: sourceFlags,
  examples: [
    { line: 'dv cat data/labels.csv --rev v1 | head', what: 'a file of this repository, as it was' },
    { line: 'dv cat https://github.com/lab/datasets dog_and_cat/README.md', what: 'a file of a data set elsewhere' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'there is no such file, or what was printed is damaged' }],
  run: (options, context) => {
    const { url, path } = urlAndPath(options, context)
    if (path === undefined) throw new DvError('usage', 'dv cat needs the path of a file', { hint: `dv ls ${options.url}` })
    return withTypedSource(url, options, { context, use: source => printFile(source, path, context) })
  },
  render: () => '',
}

async function printFile(source: Source, typed: string, context: Context): Promise<void> {
  const { write } = context
  if (write === undefined) throw new DvError('usage', 'there is nowhere to print to')
  const entry = await openSourceView(source).find(pathInSource(source, typed, context))
  if (entry === undefined)
    throw new DvError('unknown-target', `there is no '${typed}' in ${source.label}`, { hint: `dv ls ${source.label}` })
  if (entry.isFolder) throw new DvError('bad-target', `'${typed}' is a folder`, { hint: `dv ls ${source.label} ${typed}` })
  const { output, id, file, path } = entry
  if (file !== undefined) return await write(await source.files.read(path))
  if (output === undefined || id === undefined) throw new DvError('object-missing', `'${typed}' was never saved: its pointer names no data`)
  const store = await (await source.project(path)).store(output)
  await printObject({ store, id, hash: output.tracked.output.hash }, write, context.signal)
}

/** A retry reads from the beginning, so that all is checked, and prints what was not printed yet. */
async function printObject(
  { store, id, hash }: { readonly store: ObjectStore; readonly id: ObjectId; readonly hash: HashKind },
  write: NonNullable<Context['write']>,
  signal: AbortSignal,
): Promise<void> {
  let printed = 0
  await store.read(id, { signal }, async body => {
    const check = openIdCheck(id, hash)
    let at = 0
    const damaged = (): DvError =>
      new DvError(
        'object-corrupt',
        `object ${id} from ${store.label} is damaged: its hash is another${printed > 0 ? '; what was printed is wrong' : ''}`,
      )
    const print = async (chunk: Uint8Array): Promise<void> => {
      const fresh = chunk.subarray(Math.max(0, Math.min(chunk.length, printed - at)))
      at += chunk.length
      printed = Math.max(printed, at)
      if (fresh.length > 0) await write(fresh)
    }
    const head = await readHead(body, smallObjectBytes)
    for (const chunk of head.chunks) check.update(chunk)
    if (head.ended && !check.matches()) throw damaged()
    for (const chunk of head.chunks) await print(chunk)
    if (head.ended) return
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      check.update(chunk)
      await print(chunk)
    }
    if (!check.matches()) throw damaged()
  })
}
