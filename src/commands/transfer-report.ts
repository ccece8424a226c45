/** What came of a transfer, in names that a person knows. */
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { formatCount } from '../base/quantities.ts'

export interface TransferReport {
  /** objects */
  readonly moved: number
  readonly bytes: number
  readonly failed: readonly { readonly id: ObjectId; readonly name: string; readonly error: unknown }[]
  /** in neither place */
  readonly absent: readonly { readonly id: ObjectId; readonly name: string }[]
}

export const noTransfer = { moved: 0, bytes: 0, failed: [], absent: [] } as const

export const totalOf = (reports: readonly TransferReport[]): TransferReport => ({
  moved: reports.reduce((sum, each) => sum + each.moved, 0),
  bytes: reports.reduce((sum, each) => sum + each.bytes, 0),
  failed: reports.flatMap(each => each.failed),
  absent: reports.flatMap(each => each.absent),
})

/** so many are named, the rest is counted: a screen is 24 lines */
const shownNames = 10

/** For stderr; '' when all went well. */
export function renderProblems(
  report: TransferReport,
  { verb, remotes }: { readonly verb: string; readonly remotes: readonly string[] },
): string {
  const absent = report.absent.map(({ id, name }) => `  ${name}  (md5 ${id})`)
  const failed = report.failed.map(({ name, error }) => `  ${name}: ${error instanceof Error ? error.message : String(error)}`)
  const hint = report.failed.map(({ error }) => (error instanceof DvError ? error.hint : undefined)).find(each => each !== undefined)
  return [
    ...(absent.length > 0
      ? [
          `ERROR: ${formatCount(absent.length, 'object')} ${absent.length === 1 ? 'is' : 'are'} neither in the cache nor on ${remotes.map(name => `'${name}'`).join(', ')}:`,
          ...shorten(absent),
          'hint: ask whoever added the data to run `dv push`; if the files are in the work tree, `dv add` puts them into the cache',
        ]
      : []),
    ...(failed.length > 0
      ? [
          `ERROR: ${formatCount(failed.length, 'object')} could not be ${verb}:`,
          ...shorten(failed),
          `hint: ${hint ?? 'run the same command again: what has arrived is not sent twice'}`,
        ]
      : []),
  ]
    .map(line => `${line}\n`)
    .join('')
}

const shorten = (lines: readonly string[]): readonly string[] =>
  lines.length <= shownNames ? lines : [...lines.slice(0, shownNames), `  … and ${formatCount(lines.length - shownNames, 'more object')}`]
