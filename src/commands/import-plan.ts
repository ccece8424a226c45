/** Where imported data goes; every refusal is here, before anything is fetched or changed. For `import` and `import-url`. */
import { lstatSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { DvError } from '../base/error.ts'
import { type Pointer, parsePointer } from '../format/pointer.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { findPointers } from '../repo/pointers.ts'
import { planAdd } from './add-plan.ts'
import { assertPointersSeen } from './assert-pointers-seen.ts'
import { nameOf } from './place.ts'

export interface ImportPlan {
  /** absolute: where the data goes */
  readonly path: string
  /** absolute */
  readonly pointerFile: string
  /** the pointer as it is now; undefined: there is none */
  readonly before: { readonly text: string; readonly pointer: Pointer } | undefined
}

export interface ImportTarget {
  /** what is imported, whose last name the data gets: a path, or a URL */
  readonly from: string
  /** where it goes; a folder that is there means a place in it */
  readonly out?: string | undefined
  readonly force?: boolean | undefined
}

/** As DVC's `resolve_output` (dvc/utils). @throws DvError 'bad-target', 'tracked-by-git', 'bad-pointer' */
export function planImport(repo: Repo, { from, out, force = false }: ImportTarget): ImportPlan {
  const name = posix.basename(posix.normalize(pathOf(from)))
  const target = out === undefined ? name : isFolder(pathInRepository(repo, out)) ? join(out, name) : out
  if (out === undefined && (name === '.' || name === '..' || name === ''))
    throw new DvError('bad-target', `'${from}' has no name for the data to get here`, { hint: 'choose one with --out' })
  const path = pathInRepository(repo, target)
  if (!force && lstatSync(path, { throwIfNoEntry: false }))
    throw new DvError('bad-target', `the file '${nameOf(repo, path)}' already exists locally`, {
      hint: 'choose another --out, or replace it with --force',
    })
  const plan = planAdd(repo, findPointers(repo), { target, isComing: true })
  if (plan.inside !== undefined && plan.tracked)
    throw new DvError('bad-target', `'${nameOf(repo, path)}' lies in '${nameOf(repo, plan.tracked.path)}', which is tracked as a whole`, {
      hint: 'choose another --out',
    })
  if (plan.tracked && plan.pointerFile !== `${path}.dvc`)
    throw new DvError('bad-target', `'${nameOf(repo, path)}' is tracked already, by ${nameOf(repo, plan.pointerFile)}`, {
      hint: 'choose another --out',
    })
  assertPointersSeen(repo, [plan])
  return { path, pointerFile: plan.pointerFile, before: plan.tracked && readBefore(repo, plan.pointerFile) }
}

export function readBefore(repo: Repo, pointerFile: string): NonNullable<ImportPlan['before']> {
  const text = readFileSync(pointerFile, 'utf8')
  return { text, pointer: parsePointer(text, nameOf(repo, pointerFile)) }
}

/** Of a URL without host, query and fragment. */
export const pathOf = (from: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(from) ? from.replace(/^\w[\w+.-]*:\/\/[^/]*/, '').replace(/[?#].*$/s, '') : from

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
