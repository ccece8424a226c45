/** dv copy: files and folders of data sets into data sets, by their lists alone. */
import { DvError } from '../base/error.ts'
import { withRepo } from '../repo/open.ts'
import { type Command, dryRunFlag, type Flag, globFlag, jsonFlag } from './command.ts'
import type { EditOptions } from './edit-outputs.ts'
import { type EditReport, renderEdits } from './edit-report.ts'
import { relocateInside } from './relocate-inside.ts'

interface Options extends EditOptions {
  readonly paths: readonly string[]
  readonly overwrite?: boolean
  readonly glob?: boolean
}

export const overwriteFlag: Flag = { name: 'overwrite', summary: 'replace files of the same name; without it nothing is changed then' }
export const forceEditFlag: Flag = {
  name: 'force',
  short: 'f',
  summary: 'give up files that are neither in the cache nor in git; they are listed',
}

export const copy: Command<Options, EditReport> = {
  name: 'copy',
  summary: 'Copy files and folders inside and between data sets, without the data',
  details:
    'Only the lists of the data sets are edited: nothing need be here, and nothing is sent but lists at the next push. Files that are here are copied\nin the work tree, too. Into a folder, and into what ends in /, sources go by their names; otherwise the last path is the new name.\nA data set on another remote is fetched first, so that a push can send it.',
  arguments: [{ name: 'paths', many: true, summary: 'what to copy, and last where to: a path in a data set' }],
  flags: [overwriteFlag, globFlag, forceEditFlag, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv cp new/cats/0007.jpg dog_and_cat/cats/', what: 'one file of the data set `new`' },
    { line: "dv cp --glob 'new/*' dog_and_cat/", what: 'all of it; names that are taken are refused' },
    { line: 'dv cp dog_and_cat/cats dog_and_cat/felines', what: 'a folder under a second name' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'a source is not there, a name is taken, or files would be lost; nothing was changed' }],
  run: (options, context) =>
    withRepo(context, repo => relocateInside(repo, { ...options, ...sourcesOf(options.paths), keep: true }, context)),
  render: renderEdits,
}

/** @throws DvError 'usage' */
export function sourcesOf(paths: readonly string[]): { readonly sources: readonly string[]; readonly destination: string } {
  const destination = paths.at(-1)
  if (destination === undefined || paths.length < 2)
    throw new DvError('usage', 'a source and a destination are needed', { hint: 'dv copy --help' })
  return { sources: paths.slice(0, -1), destination }
}
