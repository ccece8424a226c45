/** dv copy: files and folders of data sets into data sets, by their lists alone. */
import { withRepo } from '../repo/open.ts'
import { type Command, dryRunFlag, type Flag, jsonFlag } from './command.ts'
import type { EditOptions } from './edit-outputs.ts'
import { type EditReport, renderEdits } from './edit-report.ts'
import { relocateInside } from './relocate-inside.ts'

interface Options extends EditOptions, PathsOptions {
  readonly overwrite?: boolean
  readonly glob?: boolean
}

/** Of a verb that takes one destination behind one or more sources. */
export interface PathsOptions {
  readonly src: string
  /** more sources, and last the destination */
  readonly dst: readonly string[]
}

export const editFlags: readonly Flag[] = [
  { name: 'overwrite', summary: 'inside data sets: replace files of the same name; without it nothing is changed then' },
  { name: 'glob', summary: 'read the sources as patterns of paths inside data sets' },
  { name: 'force', short: 'f', summary: 'inside data sets: give up files that are neither in the cache nor in git; they are listed' },
]

export const copy: Command<Options, EditReport> = {
  name: 'copy',
  summary: 'Copy files and folders inside and between data sets, without the data',
  details:
    'Only the lists of the data sets are edited: nothing need be here, and nothing is sent but lists at the next push. Files that are here are copied\nin the work tree, too. Into a folder, and into what ends in /, sources go by their names; otherwise the last path is the new name.\nA data set on another remote is fetched first, so that a push can send it.',
  arguments: [
    { name: 'src', summary: 'a file or folder of a data set, or a data set' },
    { name: 'dst', many: true, summary: 'more of them, and last where to: a path in a data set' },
  ],
  flags: [...editFlags, dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv cp new/cats/0007.jpg dog_and_cat/cats/', what: 'one file of the data set `new`' },
    { line: "dv cp --glob 'new/*' dog_and_cat/", what: 'all of it; names that are taken are refused' },
    { line: 'dv cp dog_and_cat/cats dog_and_cat/felines', what: 'a folder under a second name' },
  ],
  failureStatus: 1,
  exits: [{ status: 1, what: 'a source is not there, a name is taken, or files would be lost; nothing was changed' }],
  run: (options, context) => withRepo(context, repo => relocateInside(repo, { ...options, ...pathsOf(options), keep: true }, context)),
  render: renderEdits,
}

export function pathsOf({ src, dst }: PathsOptions): { readonly sources: readonly string[]; readonly destination: string } {
  return { sources: [src, ...dst.slice(0, -1)], destination: dst.at(-1) ?? '' }
}
