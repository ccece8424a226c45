/** How a verb is told which repository to look at, and where in it. */
import { isAbsolute, relative, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { type Source, type SourceOptions, withSource } from '../repo/source.ts'
import { looksLikeSource } from '../repo/source-address.ts'
import type { Argument, Flag } from './command.ts'

/** What the flags below leave behind. */
export interface SourceFlags {
  readonly rev?: string
  readonly remote?: string
  readonly config?: string
  /** `name=value` each */
  readonly remoteConfig?: readonly string[]
}

export const urlArgument: Argument = {
  name: 'url',
  optional: true,
  summary: 'the repository: an address of git, or a folder; without one the repository that you stand in',
}

export const sourceFlags: readonly Flag[] = [
  { name: 'rev', value: 'commit', summary: 'look at this commit, branch or tag' },
  { name: 'remote', value: 'name', summary: 'take this remote of the repository instead of its default one' },
  { name: 'remote-config', value: 'name=value', many: true, summary: 'settings of that remote, which count more than the repository’s' },
  { name: 'config', value: 'file', summary: 'a file of settings that count more than the repository’s' },
]

/** The first of two words may be left out: one that names no repository is a path in this one. */
export function urlAndPath(
  typed: { readonly url?: string; readonly path?: string },
  context: Context,
): { readonly url?: string; readonly path?: string } {
  if (typed.url === undefined || typed.path !== undefined || looksLikeSource(typed.url, context)) return typed
  return { path: typed.url }
}

export const withTypedSource = <T>(
  url: string | undefined,
  flags: SourceFlags,
  { context, use }: { readonly context: Context; readonly use: (source: Source) => Promise<T> },
): Promise<T> => withSource(optionsOf(url, flags), context, use)

function optionsOf(url: string | undefined, { rev, remote, config, remoteConfig = [] }: SourceFlags): SourceOptions {
  return {
    ...(url === undefined ? {} : { url }),
    ...(rev === undefined ? {} : { rev }),
    ...(remote === undefined ? {} : { remote }),
    ...(config === undefined ? {} : { config }),
    ...(remoteConfig.length === 0 ? {} : { remoteConfig: Object.fromEntries(remoteConfig.map(setting)) }),
  }
}

function setting(typed: string): readonly [string, string] {
  const at = typed.indexOf('=')
  if (at < 1) throw new DvError('usage', `--remote-config takes name=value, not '${typed}'`)
  return [typed.slice(0, at), typed.slice(at + 1)]
}

/**
 * '/' separated, relative to the top of the source. Who stands inside it types paths from where he stands. @throws DvError 'bad-target'
 */
export function pathInSource({ root }: Source, typed: string, { cwd }: Context): string {
  const inside = root === undefined ? undefined : relative(root, pathInRepository({ root, cwd }, typed === '' ? '.' : typed))
  const stands = root !== undefined && !leaves(relative(root, pathInRepository({ root, cwd }, '.')))
  const path = inside !== undefined && (stands || isAbsolute(typed)) ? inside.replaceAll(sep, '/') : plain(typed)
  if (path === undefined || leaves(path)) throw new DvError('bad-target', `'${typed}' is outside of the repository`)
  return path
}

const leaves = (path: string): boolean => path === '..' || path.startsWith('../') || path.startsWith(`..${sep}`) || isAbsolute(path)

/** Without `.` and double slashes; undefined when `..` leads out of the top. */
function plain(typed: string): string | undefined {
  const parts: string[] = []
  for (const part of typed.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}
