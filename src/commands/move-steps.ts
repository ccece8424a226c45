/** Carries out a move, in steps after each of which nothing is lost and the same command goes on. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { rememberOutputs } from '../repo/known-outputs.ts'
import type { Repo } from '../repo/open.ts'
import { replaceFile } from '../repo/replace-file.ts'
import { moveOutput } from '../workspace/follow-move.ts'
import { openSafeFolders } from '../workspace/safe-folders.ts'
import { ignoreInGit, stopIgnoring } from './git-ignore-line.ts'
import type { MovePlan } from './move-plan.ts'
import { placeOf } from './place.ts'
import { forgetMove, noteMove } from './stopped-move.ts'

/** Returns the files that git should be told about. */
export type Step = () => readonly string[] | Promise<readonly string[]>

/**
 * The new pointer and its line for git are there before the data, the old ones until the data has gone: at every instant git ignores the
 * data wherever it is, and a pointer names it.
 */
export function moveSteps(repo: Repo, { from, to, text, pointerFile, oldPointer, tracked, hasData }: MovePlan): readonly Step[] {
  const { output } = tracked
  const note: Step = () => {
    noteMove(repo.root, { from, to })
    return []
  }
  const ignore: Step = () => (output.cached ? ignoreInGit(repo, to) : [])
  const writePointer: Step = () => {
    if (text === undefined) return [pointerFile]
    replaceFile(pointerFile, text)
    return [pointerFile]
  }
  const moveData: Step = async () => {
    if (!hasData) return []
    openSafeFolders({ root: repo.root, path: to }).make(dirname(to))
    await moveOutput(placeOf(repo, from, output.hash), placeOf(repo, to, output.hash))
    return []
  }
  const remember: Step = () => {
    rememberOutputs(repo.root, output.id && output.cached ? [{ path: to, id: output.id, hash: output.hash }] : [], [from])
    return []
  }
  const unignore: Step = () => (output.cached ? stopIgnoring(repo, from) : [])
  const removePointer: Step = () => {
    if (oldPointer === undefined) return []
    rmSync(oldPointer, { force: true })
    return [oldPointer]
  }
  const forget: Step = () => {
    forgetMove(repo.root)
    return []
  }
  return [note, ignore, writePointer, moveData, remember, unignore, removePointer, forget]
}
