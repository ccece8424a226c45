/** A note of a move that is under way: found later, the move was stopped, and can be ended. */
import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { resolveOutputPath } from '../format/output-path.ts'
import { stateFolder } from '../repo/open.ts'
import { replaceFile } from '../repo/replace-file.ts'

export interface StoppedMove {
  /** absolute */
  readonly from: string
  /** absolute */
  readonly to: string
}

const fileOf = (root: string): string => join(stateFolder(root), 'moving')

export function noteMove(root: string, { from, to }: StoppedMove): void {
  replaceFile(fileOf(root), `${JSON.stringify([relative(root, from), relative(root, to)])}\n`)
}

export const forgetMove = (root: string): void => rmSync(fileOf(root), { force: true })

/** undefined: there is none, or it makes no sense; a stranger may have committed it. */
export function readStoppedMove(root: string): StoppedMove | undefined {
  const file = fileOf(root)
  try {
    const [from, to] = JSON.parse(readFileSync(file, 'utf8'))
    const placeOf = (path: unknown): string => resolveOutputPath({ root, pointerFile: file, workingFolder: root, path: String(path) })
    return { from: placeOf(from), to: placeOf(to) }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES') || error instanceof DvError || ['SyntaxError', 'TypeError'].includes(Object(error).name))
      return undefined
    throw error
  }
}
