/** What a verb is: a value that the terminal, the help, the completion and the documentation are made from. */
import type { Context } from '../base/context.ts'

export interface Flag {
  /** long form without dashes: `no-commit` */
  readonly name: string
  /** one letter */
  readonly short?: string
  /** the name of its value in the help; without one the flag is yes or no */
  readonly value?: string
  /** `number`: a whole number of at least 1, anything else is a usage error */
  readonly type?: 'number'
  /** nothing else is taken for a value */
  readonly choices?: readonly string[]
  /** what the flag means when it is typed without a value */
  readonly preset?: string
  /** it takes all the words that follow, as DVC's `nargs="*"` does */
  readonly many?: boolean
  readonly summary: string
}

export interface Argument {
  readonly name: string
  readonly summary: string
  readonly optional?: boolean
  /** takes all that follow */
  readonly many?: boolean
}

export interface Command<Options, Result> {
  readonly name: string
  readonly summary: string
  /** a paragraph or two for `--help`, wrapped by hand */
  readonly details?: string
  readonly arguments: readonly Argument[]
  readonly flags: readonly Flag[]
  readonly examples: readonly { readonly line: string; readonly what: string }[]
  /** what each exit status means here, beside those that all verbs share */
  readonly exits?: readonly { readonly status: number; readonly what: string }[]
  /** Options by flag name in camel case, arguments by their name. */
  readonly run: (options: Options, context: Context) => Promise<Result>
  /** Text for a person, '' for none; lines end in a newline. */
  readonly render: (result: Result, options: Options) => string
  /** What went wrong with a part of the work, for stderr; '' when nothing did. */
  readonly problems?: (result: Result, options: Options) => string
  /** What `--json` prints; the result itself when absent. */
  readonly json?: (result: Result) => unknown
  /** 1: it ran, and some of the work failed, or the answer is no. Absent: 0. */
  readonly exitStatus?: (result: Result, options: Options) => number
  /** Of failures for which verbs of DVC have different ones: its checkout leaves with 255, its transfers with 1. */
  readonly failureStatus?: 1 | 255
}

/** A verb whose types the table of verbs need not know. */
// biome-ignore lint/suspicious/noExplicitAny: options and result are checked where each verb is written
export type AnyCommand = Command<any, any>

export interface CommonOptions {
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly json?: boolean
  readonly dryRun?: boolean
}

export const jsonFlag: Flag = { name: 'json', summary: 'print the result as JSON' }
export const dryRunFlag: Flag = { name: 'dry-run', summary: 'show what would be done and change nothing' }
export const remoteFlag: Flag = { name: 'remote', short: 'r', value: 'name', summary: 'the remote to use instead of the default one' }
export const jobsFlag: Flag = { name: 'jobs', short: 'j', value: 'number', type: 'number', summary: 'transfers at a time' }
export const recursiveFlag: Flag = { name: 'recursive', short: 'R', summary: 'take every data set below the folders named' }
export const withDepsFlag: Flag = {
  name: 'with-deps',
  short: 'd',
  summary: 'take what the target depends on, too (for stages of a pipeline)',
}
export const globFlag: Flag = { name: 'glob', summary: 'read the targets as patterns' }
export const revisionFlags: readonly Flag[] = [
  { name: 'all-branches', short: 'a', summary: 'of the tips of all branches, too' },
  { name: 'all-tags', short: 'T', summary: 'of all tags, too' },
  { name: 'all-commits', short: 'A', summary: 'of all commits, too' },
]
