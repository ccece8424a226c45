/** What a checkout did, or by a dry run would do. */
import { isTreeId } from '../base/object-id.ts'
import type { Selection } from '../repo/targets.ts'
import type { CheckoutPlan } from '../workspace/checkout-plan.ts'

export interface CheckoutReport {
  /** outputs, by the name a person uses; a folder ends in '/' */
  readonly added: readonly string[]
  readonly modified: readonly string[]
  readonly deleted: readonly string[]
  /** outputs of which something could not be had */
  readonly failed: readonly string[]
  /** files without a copy anywhere that --force removed or replaced */
  readonly lost: readonly string[]
  readonly files: { readonly added: number; readonly modified: number; readonly deleted: number }
  readonly relinked: boolean
  readonly dryRun: boolean
}

/** One output, and what is to be done to it. */
export interface Work {
  readonly selection: Selection
  readonly plan: CheckoutPlan
  readonly existed: boolean
  /** for people */
  readonly name: string
  /** the output is a folder without files: it stays, or is made */
  readonly keepsFolder: boolean
  readonly makesFolder: boolean
}

/** What became of it. */
export interface Done {
  readonly work: Work
  readonly files: CheckoutReport['files']
  /** paths that are as they were, since what they should become is not in the cache */
  readonly kept: ReadonlySet<string>
}

export function reportOf(
  all: readonly Done[],
  { failed, options }: { readonly failed: readonly string[]; readonly options: { readonly relink?: boolean; readonly dryRun?: boolean } },
): CheckoutReport {
  const changed = all.filter(hasChanged)
  const count = (of: keyof CheckoutReport['files']): number => all.reduce((sum, { files }) => sum + files[of], 0)
  return {
    added: changed.filter(({ work }) => !work.existed).map(({ work }) => labelOf(work)),
    modified: changed.filter(({ work }) => work.existed).map(({ work }) => labelOf(work)),
    deleted: [],
    failed: [...new Set(failed)],
    lost: all.flatMap(({ work, kept }) => work.plan.unsaved.filter(path => !kept.has(path)).map(path => nameIn(work, path))),
    files: { added: count('added'), modified: count('modified'), deleted: count('deleted') },
    relinked: options.relink === true,
    dryRun: options.dryRun === true,
  }
}

/** The files that would be gone for good. */
export const lostBy = (work: Work): readonly string[] => work.plan.unsaved.map(path => nameIn(work, path))

const nameIn = (work: Work, path: string): string => (path === '' ? work.name : `${work.name}/${path}`)

/** A single file that only got a new link is not told, as DVC does not. */
const hasChanged = ({ work, files }: Done): boolean =>
  work.makesFolder || files.added + files.modified + files.deleted > 0 || work.plan.relink.some(({ path }) => path !== '')

const labelOf = ({ selection, name }: Work): string =>
  selection.tracked.output.id && isTreeId(selection.tracked.output.id) ? `${name}/` : name
