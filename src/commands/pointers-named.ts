/** The pointers that a person named, for verbs that take pointers and nothing else. */

import { statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DvError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { readTracked } from '../repo/pointers.ts'
import { isPipelineName, isPointerName } from '../repo/read-pointer.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'

export interface Pointed {
  /** absolute path of the pointer */
  readonly file: string
  readonly tracked: readonly TrackedOutput[]
}

/** Each once. @throws DvError 'bad-target', in DVC's words where it has some; 'bad-pointer' */
export function pointersNamed(repo: Repo, targets: readonly string[]): readonly Pointed[] {
  const files = new Set(targets.map(target => pointerNamed(repo, target)))
  return [...files].map(file => ({ file, tracked: readTracked(repo.root, file) }))
}

function pointerNamed(repo: Repo, target: string): string {
  const path = pathInRepository(repo, target)
  const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true
  if (!path.startsWith(`${repo.root}/`)) throw new DvError('bad-target', `'${target}' lies outside of the repository ${repo.root}`)
  if (isPointerName(basename(path))) {
    if (isFile(path)) return path
    throw new DvError('bad-target', `'${target}' does not exist`, { hint: 'dv status' })
  }
  if (isPipelineName(path) || isPipelineName(path.slice(0, path.lastIndexOf(':'))) || isStage(repo, path))
    throw new DvError('bad-target', `'${target}' is a stage or a pipeline: only pointers can be removed`, {
      hint: `take it out of ${isPipelineName(path) ? target : 'dvc.yaml'} by hand`,
    })
  if (isFile(`${path}.dvc`))
    throw new DvError('bad-target', `'${target}' is not a .dvc file. Do you mean '${target}.dvc'?`, { hint: `dv remove ${target}.dvc` })
  throw new DvError('bad-target', `'${target}' is not a .dvc file, and there is no '${target}.dvc'`, { hint: 'dv status' })
}

/** A name of a stage beside us. */
function isStage(repo: Repo, path: string): boolean {
  const yaml = `${dirname(path)}/dvc.yaml`
  if (!statSync(yaml, { throwIfNoEntry: false })?.isFile()) return false
  return readTracked(repo.root, yaml).some(({ stage }) => stage === basename(path))
}
