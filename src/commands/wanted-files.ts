/** The files of a source that a person asked for, and where each is to go. */

import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, posix, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { checkTreePath } from '../format/tree-path.ts'
import { isPipelineName, isPointerName } from '../repo/read-pointer.ts'
import type { Source } from '../repo/source.ts'
import { splitGlob } from './choose-files.ts'
import { pathInSource } from './source-flags.ts'
import type { SeenEntry, SourceView } from './source-view.ts'

export interface WantedFile {
  readonly entry: SeenEntry
  /** in the source */
  readonly path: string
  /** absolute */
  readonly target: string
}

export interface Wanted {
  readonly files: readonly WantedFile[]
  /** folders that were asked for: they are made even without a file */
  readonly folders: readonly string[]
  /** absolute: what must not be there yet */
  readonly tops: readonly string[]
  /** the folder in which all of it goes; its own links count as the person's wish */
  readonly base: string
}

export interface Asked {
  readonly paths: readonly string[]
  readonly out?: string
}

/** @throws DvError 'unknown-target', 'bad-target' */
export async function wantedFiles(source: Source, view: SourceView, { paths, out }: Asked, context: Context): Promise<Wanted> {
  const isOne = paths.length === 1 && splitGlob(paths[0] ?? '') === undefined
  const place = isOne ? placeOfOne(paths[0] ?? '', out, context) : { base: resolve(context.cwd, out ?? '.'), name: undefined }
  const base = statSync(place.base, { throwIfNoEntry: false }) ? realpathSync(place.base) : place.base
  const files: WantedFile[] = []
  const folders: string[] = []
  const tops = new Set<string>()
  const take = async (entry: SeenEntry, target: string): Promise<void> => {
    if (!entry.isFolder) return void files.push({ entry, path: entry.path, target })
    folders.push(target)
    for (const inner of await view.children(entry.path)) if (!isPointer(inner)) await take(inner, join(target, safe(inner.name)))
  }
  for (const typed of paths) {
    const glob = splitGlob(typed)
    const path = pathInSource(source, glob?.folder ?? typed, context)
    const entry = await view.find(path)
    if (entry === undefined || (isPointer(entry) && glob === undefined)) throw notThere(source, typed, entry)
    if (glob === undefined) {
      const top = join(base, place.name ?? safe(basename(path)))
      tops.add(top)
      await take(entry, top)
      continue
    }
    const matched = await matching(view, entry, { matches: glob.matches, prefix: path === '' ? 0 : path.length + 1 })
    if (matched.length === 0)
      throw new DvError('bad-target', `the pattern '${typed}' matches nothing in ${source.label}`, {
        hint: `dv ls ${source.label} ${glob.folder}`,
      })
    for (const { found, inside } of matched) {
      const top = join(base, ...inside.split('/').map(safe))
      tops.add(top)
      await take(found, top)
    }
  }
  refuseTwice(files)
  return { files, folders, tops: [...tops], base }
}

/** DVC's `resolve_output`: into a folder that is there, else under the name that was typed. */
function placeOfOne(typed: string, out: string | undefined, { cwd }: Context): { readonly base: string; readonly name: string } {
  const name = posix.basename(posix.normalize(typed))
  const path = resolve(cwd, out ?? name)
  if (isPointerName(basename(path)) || isPipelineName(basename(path)))
    throw new DvError('bad-target', 'the given path is a DVC file, you must specify a data file or a directory')
  if (out !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { base: path, name }
  return { base: resolve(path, '..'), name: basename(path) }
}

async function matching(
  view: SourceView,
  folder: SeenEntry,
  { matches, prefix }: { readonly matches: (path: string) => boolean; readonly prefix: number },
): Promise<readonly { readonly found: SeenEntry; readonly inside: string }[]> {
  const found: { readonly found: SeenEntry; readonly inside: string }[] = []
  const visit = async (at: SeenEntry): Promise<void> => {
    for (const entry of await view.children(at.path)) {
      const inside = entry.path.slice(prefix)
      if (isPointer(entry)) continue
      if (matches(inside)) found.push({ found: entry, inside })
      else if (entry.isFolder) await visit(entry)
    }
  }
  await visit(folder)
  return found
}

/** Pointers and ignore files belong to the repository, as in DVC. */
const isPointer = ({ name, isFolder }: SeenEntry): boolean =>
  !isFolder && (isPointerName(name) || isPipelineName(name) || name === '.dvcignore')

/** Names of git come from a stranger. @throws DvError 'bad-pointer' */
function safe(name: string): string {
  checkTreePath(name, process.platform)
  return name
}

function notThere(source: Source, typed: string, entry: SeenEntry | undefined): DvError {
  if (entry !== undefined) return new DvError('bad-target', 'the given path is a DVC file, you must specify a data file or a directory')
  return new DvError('unknown-target', `there is no '${typed}' in ${source.label}`, { hint: `dv ls ${source.label}` })
}

function refuseTwice(files: readonly WantedFile[]): void {
  const seen = new Map<string, string>()
  for (const { target, path } of files) {
    const other = seen.get(target)
    if (other !== undefined && other !== path)
      throw new DvError('bad-target', `'${other}' and '${path}' would both become ${target}`, {
        hint: 'get them one by one, each with its own --out',
      })
    seen.set(target, path)
  }
}

/** What is in the way, as a person would name it; undefined: nothing. */
export function firstInTheWay({ tops }: Wanted, { cwd }: Context): { readonly name: string; readonly isFolder: boolean } | undefined {
  for (const path of tops) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    const name = posix.relative(cwd, path)
    return { name: name === '' || name.startsWith('..') || isAbsolute(name) ? path : name, isFolder: stats.isDirectory() }
  }
  return undefined
}
