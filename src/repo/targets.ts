/** From what a person typed to the outputs that are meant. */
import { type Stats, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { globPattern, isGlob } from './glob-pattern.ts'
import type { Repo } from './open.ts'
import { pathInRepository } from './path-in-repository.ts'
import { findPointers, readTracked } from './pointers.ts'
import { isPipelineName, isPointerName } from './read-pointer.ts'
import type { TrackedOutput } from './tracked-output.ts'

export interface Selection {
  readonly tracked: TrackedOutput
  /** a path inside a folder output, '/' separated */
  readonly inside?: string
}

export interface SelectOptions {
  /** a folder means all pointers in it */
  readonly recursive?: boolean
  /** targets are shell patterns, held against pointers and outputs */
  readonly glob?: boolean
}

/**
 * Targets are relative to context.cwd: a pointer (`x.dvc`), an output, a path inside a folder output, a stage or a dvc.yaml; [] = all.
 * What a pointer beside it names is read without a walk of the repository. Each output, and each path inside one, comes once.
 * @throws DvError 'unknown-target', 'bad-pointer', and 'bad-target' for a pattern without a match
 */
export function selectOutputs(repo: Repo, targets: readonly string[], options: SelectOptions = {}): readonly Selection[] {
  let all: readonly TrackedOutput[] | undefined
  const everything = (): readonly TrackedOutput[] => {
    all ??= findPointers(repo)
    return all
  }
  if (targets.length === 0) return everything().map(tracked => ({ tracked }))
  const selected = targets.flatMap(target => {
    if (options.glob && isGlob(target)) return selectByGlob(repo, target, everything())
    const path = absoluteTarget(repo, target)
    if (options.recursive && isFolder(path) && !all?.some(one => one.path === path)) {
      const inside = everything().filter(one => isBelow(path, one.pointerFile) || isBelow(path, one.path) || one.path === path)
      if (inside.length > 0) return inside.map(tracked => ({ tracked }))
    }
    const found = selectBeside(repo, path) ?? selectAmong(everything(), path, target)
    if (found.length === 0 && !isPointerFile(path)) throw unknownTarget(repo, target, path, everything())
    return found
  })
  return eachOnce(selected)
}

/**
 * The same among outputs that were found elsewhere, at a commit say, where a folder above outputs means all of them. [] when nothing is
 * meant there.
 */
export function selectFrom(repo: Repo, target: string, among: readonly TrackedOutput[]): readonly Selection[] {
  const path = pathInRepository(repo, target)
  const pointerFile = isPipelineName(path) ? join(dirname(path), 'dvc.lock') : path
  const whole = among.filter(one => one.pointerFile === pointerFile || isBelow(path, one.path))
  return eachOnce([...whole.map(tracked => ({ tracked })), ...selectAmong(among, path, target)])
}

function absoluteTarget(repo: Repo, target: string): string {
  if (target === '') throw new DvError('unknown-target', 'an empty target means nothing')
  const path = pathInRepository(repo, target)
  if (path === repo.root || isBelow(repo.root, path)) return path
  throw new DvError('unknown-target', `'${target}' is outside of the repository at ${repo.root}`)
}

/** By the names alone: `x.dvc` itself, or the `x.dvc` beside `x`, or beside a folder above it. Undefined when it takes a walk. */
function selectBeside(repo: Repo, path: string): readonly Selection[] | undefined {
  if (isPointerFile(path)) return readTracked(repo.root, path).map(tracked => ({ tracked }))
  for (let at = path; at !== repo.root; at = dirname(at)) {
    const pointer = `${at}.dvc`
    if (!isPointerFile(pointer)) continue
    const found = selectAmong(readTracked(repo.root, pointer), path, '')
    if (found.length > 0) return found
  }
  return undefined
}

function selectAmong(tracked: readonly TrackedOutput[], path: string, target: string): readonly Selection[] {
  const found = tracked.flatMap((one): Selection[] => {
    if (one.path === path) return [{ tracked: one }]
    return mayHoldFiles(one) && isBelow(one.path, path) ? [{ tracked: one, inside: relative(one.path, path).replaceAll(sep, '/') }] : []
  })
  if (found.length > 0) return found
  return tracked.filter(one => one.stage !== undefined && isStageName(one, target, path)).map(one => ({ tracked: one }))
}

/** `prep`, for a stage of the dvc.yaml in the working folder; `sub/dvc.yaml:prep` for another's; the template's name for all made from it. */
function isStageName({ stage, pointerFile }: TrackedOutput, target: string, path: string): boolean {
  const [, file, name] = /^(?:(.*dvc\.(?:yaml|lock))?:)?([^:]*)$/s.exec(target) ?? []
  if (name === undefined || (stage !== name && stage?.split('@')[0] !== name)) return false
  const folder = file === undefined ? dirname(path) : dirname(path.slice(0, path.lastIndexOf(':')))
  return dirname(pointerFile) === folder
}

function selectByGlob(repo: Repo, glob: string, all: readonly TrackedOutput[]): readonly Selection[] {
  const pattern = globPattern(relative(repo.root, resolve(repo.cwd, glob)).replaceAll(sep, '/'))
  const matches = (path: string): boolean => pattern.test(relative(repo.root, path).replaceAll(sep, '/'))
  const found = all.filter(one => matches(one.path) || matches(one.pointerFile))
  if (found.length === 0) throw new DvError('bad-target', `Glob ['${glob}'] has no matches`)
  return found.map(tracked => ({ tracked }))
}

/** DVC's words: scripts and people know them. */
function unknownTarget(repo: Repo, target: string, path: string, all: readonly TrackedOutput[]): DvError {
  if (isPointerName(basename(path)))
    return new DvError('unknown-target', `'${target}' does not exist`, { hint: hintFor(repo, path.slice(0, -'.dvc'.length), all) })
  const yaml = statSync(join(repo.cwd, 'dvc.yaml'), { throwIfNoEntry: false }) ? '' : ": 'dvc.yaml' does not exist"
  return new DvError('unknown-target', `'${target}' does not exist as an output or a stage name in 'dvc.yaml'${yaml}`, {
    hint: isPipelineName(path) ? undefined : hintFor(repo, path, all),
  })
}

function hintFor(repo: Repo, path: string, all: readonly TrackedOutput[]): string | undefined {
  const name = relative(repo.cwd, path) || '.'
  if (all.some(one => one.path === path || isBelow(path, one.pointerFile) || isBelow(path, one.path)))
    return `the same with -R ${name}, for all that is tracked in this folder`
  return statsAt(path) ? `dv add ${name}` : undefined
}

const isBelow = (folder: string, path: string): boolean => {
  const name = relative(folder, path)
  return name !== '' && name !== '..' && !name.startsWith(`..${sep}`) && !isAbsolute(name)
}

const isFolder = (path: string): boolean => statsAt(path)?.isDirectory() === true

const isPointerFile = (path: string): boolean => (isPointerName(basename(path)) || isPipelineName(path)) && statsAt(path)?.isFile() === true

/** undefined also below a file: `data/a/x` may be meant as a path inside a data set. */
function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) return undefined
    throw error
  }
}

/** An output that was never saved, or is kept by cloud versions, may be a folder. */
const mayHoldFiles = ({ output }: TrackedOutput): boolean => output.id === undefined || isTreeId(output.id)

function eachOnce(selected: readonly Selection[]): readonly Selection[] {
  const whole = new Set(selected.filter(({ inside }) => inside === undefined).map(({ tracked }) => tracked.path))
  const seen = new Map<string, Selection>()
  for (const one of selected) {
    const { tracked, inside } = one
    if (inside !== undefined && whole.has(tracked.path)) continue
    const key = `${tracked.path}\0${inside ?? ''}`
    if (!seen.has(key)) seen.set(key, one)
  }
  return [...seen.values()]
}
