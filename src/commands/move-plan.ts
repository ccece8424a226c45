/** What `dv move` means; every refusal is here, before anything is changed. */
import { type BigIntStats, lstatSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { DvError } from '../base/error.ts'
import { type Pointer, updatePointer } from '../format/pointer.ts'
import { checksumOfPointer } from '../format/pointer-checksum.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { findPointers } from '../repo/pointers.ts'
import { isPointerName } from '../repo/read-pointer.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { planAdd } from './add-plan.ts'
import { assertPointersSeen } from './assert-pointers-seen.ts'
import { nameOf } from './place.ts'
import { readStoppedMove } from './stopped-move.ts'

export interface MovePlan {
  /** absolute */
  readonly from: string
  /** absolute */
  readonly to: string
  /** absolute: where the pointer is afterwards */
  readonly pointerFile: string
  /** what it says then; undefined: a move that was stopped has written it */
  readonly text?: string
  /** the pointer that goes at the end; undefined: it is the same, or has gone */
  readonly oldPointer?: string
  readonly tracked: TrackedOutput
  /** false: only the pointer is moved, the data is not here */
  readonly hasData: boolean
}

export interface MoveTargets {
  readonly src: string
  readonly dst: string
}

/** @throws DvError 'bad-target', in DVC's words where it has some; 'tracked-by-git' */
export function planMove(repo: Repo, { src, dst }: MoveTargets): MovePlan {
  const all = findPointers(repo)
  const from = pathInRepository(repo, src)
  const stopped = planStopped(repo, all, from, pathInRepository(repo, dst))
  if (stopped) return stopped
  const tracked = trackedAt(repo, all, { path: from, typed: src })
  const to = destinationOf(repo, from, dst)
  if (to === from) throw new DvError('bad-target', `'${src}' is there already`)
  if (to.startsWith(`${from}${sep}`)) throw new DvError('bad-target', `'${src}' cannot be moved into itself`)
  const name = nameOf(repo, to)
  const { inside, tracked: above, pointerFile } = planAdd(repo, all, { target: to, isComing: true })
  if (inside !== undefined && above)
    throw new DvError('bad-target', `'${name}' lies in the data set '${nameOf(repo, above.path)}': data cannot be moved into another`, {
      hint: `dv copy ${src} ${name} && dv remove --outs ${nameOf(repo, tracked.pointerFile)}`,
    })
  if (lstatSync(to, { throwIfNoEntry: false }))
    throw new DvError('bad-target', `'${name}' exists already`, { hint: `mv ${name} ${name}.old   or choose another name` })
  assertOneFileSystem(repo, from, to)
  const hasData = lstatSync(from, { throwIfNoEntry: false }) !== undefined
  if (!goesAlong(tracked)) return { from, to, tracked, hasData, pointerFile: tracked.pointerFile, text: textAt(tracked, { to }) }
  assertPointersSeen(repo, [{ path: to, pointerFile, exists: hasData }])
  return { from, to, tracked, hasData, pointerFile, oldPointer: tracked.pointerFile, text: textAt(tracked, { to, moved: pointerFile }) }
}

/** The same move was begun before: its pointer is written, and what is left to do can be seen. */
function planStopped(repo: Repo, all: readonly TrackedOutput[], from: string, typed: string): MovePlan | undefined {
  const move = readStoppedMove(repo.root)
  const tracked = move && all.find(({ path }) => path === move.to)
  if (!move || !tracked || move.from !== from || (typed !== move.to && typed !== dirname(move.to))) return undefined
  const { to } = move
  const old = all.find(({ path }) => path === from)
  const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined
  if ((old && old.output.id !== tracked.output.id) || (isThere(from) && isThere(to))) return undefined
  return {
    from,
    to,
    tracked: old ?? tracked,
    pointerFile: tracked.pointerFile,
    hasData: isThere(from),
    ...(old && old.pointerFile !== tracked.pointerFile ? { oldPointer: old.pointerFile } : {}),
  }
}

function trackedAt(
  repo: Repo,
  all: readonly TrackedOutput[],
  { path, typed }: { readonly path: string; readonly typed: string },
): TrackedOutput {
  const tracked = all.find(each => each.path === path)
  if (tracked?.stage !== undefined)
    throw new DvError(
      'bad-target',
      `'${typed}' is an output of stage '${tracked.stage}': only data that was added or imported can be moved`,
      {
        hint: `change its path in ${nameOf(repo, join(dirname(tracked.pointerFile), 'dvc.yaml'))}`,
      },
    )
  if (tracked) return tracked
  if (isPointerName(basename(path)))
    throw new DvError('bad-target', `'${typed}' is a pointer: the data is what is moved`, {
      hint: `dv move ${typed.replace(/\.dvc$/, '')} …`,
    })
  throw new DvError('bad-target', `Unable to find DVC file with output '${typed}'`, { hint: 'dv status' })
}

/** A folder takes the data under its old name, as with mv. */
function destinationOf(repo: Repo, from: string, dst: string): string {
  const path = pathInRepository(repo, dst)
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, basename(from)) : path
}

/** A rename is one step; a copy would not be, and would not keep links. */
function assertOneFileSystem(repo: Repo, from: string, to: string): void {
  const source: BigIntStats | undefined = lstatSync(from, { bigint: true, throwIfNoEntry: false })
  if (source === undefined || lstatSync(dirname(from), { bigint: true }).dev === lstatSync(dirname(to), { bigint: true }).dev) return
  const [old, fresh] = [nameOf(repo, from), nameOf(repo, to)]
  throw new DvError('bad-target', `'${old}' and '${fresh}' lie on two file systems`, {
    hint: `cp -a ${old} ${fresh} && dv add ${fresh} && dv remove --outs ${old}.dvc`,
  })
}

/** DVC's rule: a pointer that is named after its output follows it. One that names several stays, which DVC would forget but one of. */
const goesAlong = ({ pointerFile, path, pointer }: TrackedOutput): boolean =>
  basename(pointerFile) === `${basename(path)}.dvc` && pointer.outputs.length === 1

/** The pointer's text with the output at its new path. `moved`: the file it will be in, whose folder is its working folder then. */
function textAt({ pointer, pointerFile, output }: TrackedOutput, { to, moved }: { readonly to: string; readonly moved?: string }): string {
  const old = resolve(dirname(pointerFile), pointer.workingFolder)
  const folder = moved === undefined ? old : dirname(moved)
  const outputs = pointer.outputs.map(each => (each === output ? { ...each, path: slashed(relative(folder, to)) } : each))
  const workingFolder = moved === undefined ? pointer.workingFolder : '.'
  const next: Pointer = { ...pointer, outputs, workingFolder, rest: restAt(pointer.rest, { old, folder }) }
  const md5 = next.imported ? checksumOfPointer(next) : undefined
  return updatePointer(readFileSync(pointerFile, 'utf8'), md5 === undefined ? next : { ...next, rest: { ...next.rest, md5 } })
}

/** A source that is named from the pointer's folder is named from the new one; of another repository, and by URL, it stays. */
function restAt(rest: Pointer['rest'], { old, folder }: { readonly old: string; readonly folder: string }): Pointer['rest'] {
  const { deps } = rest
  if (!Array.isArray(deps) || old === folder) return rest
  const moved = deps.map((dep: unknown) => {
    if (typeof dep !== 'object' || dep === null || 'repo' in dep || !('path' in dep) || typeof dep.path !== 'string') return dep
    if (isAbsolute(dep.path) || /^\w+:\/\//.test(dep.path)) return dep
    return { ...dep, path: slashed(relative(folder, resolve(old, dep.path))) }
  })
  return { ...rest, deps: moved }
}

const slashed = (path: string): string => path.split(sep).join(posix.sep)
