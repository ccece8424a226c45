/** A source for verbs that need no repository: where there is one, its remotes count. */
import { resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { loadConfig } from '../repo/config.ts'
import { findRoot } from '../repo/find-root.ts'
import { resolveSource } from '../repo/source-place.ts'
import type { FileSource } from '../store/file-source.ts'
import { openSource } from '../store/open-source.ts'
import { readFsConfig } from './fs-config.ts'

export interface TypedSource {
  readonly url: string
  readonly fsConfig?: readonly string[]
}

/** @throws DvError 'bad-config', 'no-remote', 'untrusted' */
export async function withTypedUrl<T>(
  { url, fsConfig }: TypedSource,
  context: Context,
  use: (source: FileSource) => Promise<T>,
): Promise<T> {
  const root = findRoot(context)
  const config = loadConfig(root, context)
  const typed = { url, options: readFsConfig(fsConfig), folder: context.cwd }
  const source = await openSource(resolveSource(typed, { config, root: root ?? resolve(context.cwd), context }), context)
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

/** DVC's `import-url` and `get-url` leave with 1 where what was typed cannot be used, also when it is the options that are wrong. */
export async function asBadTarget<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'bad-config') throw error
    throw new DvError('bad-target', error.message, { hint: error.hint, cause: error })
  }
}
