/** Paths inside data sets, as a person types them; the files need not be here, so the shell cannot expand their patterns. */
import { basename, relative, sep } from 'node:path'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { entriesAt } from '../format/tree-edit.ts'
import { globPattern, isGlob } from '../repo/glob-pattern.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { type Selection, selectOutputs } from '../repo/targets.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { isFromRepository } from './collect.ts'
import { nameOf } from './place.ts'

export interface InsideTarget {
  readonly tracked: TrackedOutput
  /** '/' separated; '' is the whole data set */
  readonly inside: string
  /** what it is called where it is put into a folder */
  readonly basename: string
  /** for people */
  readonly name: string
  /** the files there, at least one */
  readonly entries: Tree
}

export interface InsideOptions {
  readonly glob?: boolean
  readonly treeOf: (tracked: TrackedOutput) => Promise<Tree>
}

/** @throws DvError 'unknown-target', and 'bad-target' for what is not in its data set */
export async function insideTargets(repo: Repo, typed: readonly string[], options: InsideOptions): Promise<readonly InsideTarget[]> {
  const found: InsideTarget[] = []
  for (const target of typed) {
    const targets =
      options.glob && isGlob(target) ? await matching(repo, target, options) : [await targetAt(repo, selectInside(repo, target), options)]
    for (const one of targets) found.push(one)
  }
  return found
}

/** Whether a verb for whole data sets was given a path inside one. */
export function isInside(repo: Repo, target: string): boolean {
  try {
    const selections = selectOutputs(repo, [target])
    return selections.some(({ inside }) => inside !== undefined)
  } catch (error) {
    if (error instanceof DvError && error.code === 'unknown-target') return false
    throw error
  }
}

/** One output, or one path in one. @throws DvError 'unknown-target', 'bad-target' */
export function selectInside(repo: Repo, target: string): Selection {
  const [selection, another] = selectOutputs(repo, [target])
  if (selection && !another) return selection
  throw new DvError('bad-target', `'${target}' names ${another ? 'several data sets' : 'no data'}`, {
    hint: 'name the data, not its pointer',
  })
}

async function targetAt(repo: Repo, { tracked, inside = '' }: Selection, { treeOf }: InsideOptions): Promise<InsideTarget> {
  const path = inside === '' ? tracked.path : `${tracked.path}/${inside}`
  const { id } = tracked.output
  const isFile = inside === '' && id !== undefined && !isTreeId(id)
  const entries = isFile ? [{ path: '', id }] : entriesAt(await treeOf(tracked), inside)
  if (entries.length === 0)
    throw new DvError('bad-target', `'${nameOf(repo, path)}' is not in the data set '${nameOf(repo, tracked.path)}'`)
  return { tracked, inside, basename: basename(path), name: nameOf(repo, path), entries }
}

async function matching(repo: Repo, target: string, options: InsideOptions): Promise<readonly InsideTarget[]> {
  const parts = target.split('/')
  const plain = parts.slice(0, parts.findIndex(isGlob)).join('/')
  if (plain === '')
    throw new DvError('bad-target', `the pattern '${target}' has to begin with the name of a data set`, { hint: `DATASET/${target}` })
  const { tracked } = selectInside(repo, plain)
  const pattern = globPattern(relative(tracked.path, pathInRepository(repo, target)).replaceAll(sep, '/'))
  const matches = new Set((await options.treeOf(tracked)).flatMap(({ path }) => firstMatch(path, pattern) ?? []))
  if (matches.size === 0) throw new DvError('bad-target', `the pattern '${target}' matches nothing in '${nameOf(repo, tracked.path)}'`)
  const found: InsideTarget[] = []
  for (const inside of matches) found.push(await targetAt(repo, { tracked, inside }, options))
  return found
}

/** The path, or the highest folder above it, that fits. */
function firstMatch(path: string, pattern: RegExp): string | undefined {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at)
    if (pattern.test(folder)) return folder
  }
  return pattern.test(path) ? path : undefined
}

/** Of an output whose list is to be changed. @throws DvError 'bad-target' */
export function assertEditable(repo: Repo, { output, path, pointer, pointerFile, stage }: TrackedOutput): void {
  const name = nameOf(repo, path)
  if (stage !== undefined)
    throw new DvError('bad-target', `'${name}' is an output of stage '${stage}' in ${nameOf(repo, pointerFile)}: its pipeline makes it`)
  if (isFromRepository(pointer.rest))
    throw new DvError('bad-target', `'${name}' is imported from another repository, which alone can change it`, {
      hint: `dv cp   takes files of it into a data set of this repository`,
    })
  if (output.hash !== 'md5')
    throw new DvError('bad-target', `'${name}' was tracked by DVC 2: a part of it cannot be changed alone`, { hint: `dv add ${name}` })
}
