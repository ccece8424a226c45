/** The data of a repository import, at a commit: looked at, or brought into the cache. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import type { Dependency } from '../format/dependency.ts'
import { callOfSource } from '../repo/import-source.ts'
import type { Repo } from '../repo/open.ts'
import { type Source, withSource } from '../repo/source.ts'
import { type Brought, bringContent } from './bring-content.ts'
import type { Content } from './record-output.ts'
import { contentAt } from './source-content.ts'

/** `commit`: only which one it is; `look`: how much there is; `all`: into the cache */
export type ImportMode = 'commit' | 'look' | 'all'

export interface ImportAsk {
  readonly source: Dependency
  /** absolute */
  readonly pointerFile: string
  /** a branch, tag or commit */
  readonly rev: string
  readonly mode: ImportMode | ((source: Dependency) => Promise<ImportMode>)
  /** the user has named the source with this very command */
  readonly isTyped: boolean
  readonly jobs?: number | undefined
}

export interface ImportedData {
  /** with the commit */
  readonly source: Dependency
  /** of the mode `all` */
  readonly content: Content | undefined
  /** of the modes `look` and `all` */
  readonly files: number | undefined
}

/** @throws DvError 'unknown-target', 'transfer-failed', 'object-missing', and what opening the source says */
export async function importedFrom(repo: Repo, ask: ImportAsk, context: Context): Promise<ImportedData> {
  const { source, jobs } = ask
  const { repo: repository } = source
  if (repository === undefined) throw new DvError('bad-pointer', `${source.path} is of no repository`)
  const call = callOfSource(repo, { ...ask, repository }, context)
  return await withSource(call.options, call.context, async opened => {
    const locked: Dependency = { ...source, repo: { ...repository, rev_lock: commitOf(opened) } }
    const mode = typeof ask.mode === 'string' ? ask.mode : await ask.mode(locked)
    if (mode === 'commit') return { source: locked, content: undefined, files: undefined }
    const content = await contentAt(opened, source.path)
    const files = content.entries.length
    if (mode === 'look') return { source: locked, content: undefined, files }
    const brought = await bringContent(repo, { source: opened, content }, { jobs }, context)
    return { source: locked, content: brought.content ?? raise(brought, opened.label), files }
  })
}

function commitOf({ commit, label }: Source): string {
  if (commit === undefined) throw new DvError('git-failed', `${label} has no commit`)
  return commit
}

function raise({ failed, absent }: Brought, label: string): never {
  const [first] = failed
  if (first !== undefined)
    throw new DvError(
      'transfer-failed',
      `${formatCount(failed.length, 'file')} of ${label} could not be had; ${first.path}: ${first.error instanceof Error ? first.error.message : String(first.error)}`,
      {
        hint:
          (first.error instanceof DvError ? first.error.hint : undefined) ??
          'the same command again: what has arrived is not fetched twice',
        cause: first.error,
      },
    )
  throw new DvError(
    'object-missing',
    `${formatCount(absent.length, 'file')} of ${label} ${absent.length === 1 ? 'is' : 'are'} not on its remote: ${absent[0]?.path} (md5 ${absent[0]?.id})`,
    {
      hint: 'ask whoever keeps that repository to run `dv push`',
    },
  )
}
