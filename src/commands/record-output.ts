/** Writes down what was saved: the pointer, and the line that keeps git from tracking the data itself. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isSystemError } from '../base/error.ts'
import { type Output, parsePointer, printPointer, updatePointer } from '../format/pointer.ts'
import { rememberOutputs } from '../repo/known-outputs.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { replaceFile } from '../repo/replace-file.ts'
import type { Snapshot } from '../workspace/snapshot.ts'
import type { AddPlan } from './add-plan.ts'
import { ignoreInGit } from './git-ignore-line.ts'
import { nameOf } from './place.ts'

type Saved = Exclude<Snapshot, { kind: 'absent' }>

/** What an output says of its content; everything else about it stays. */
export interface Content {
  readonly id: Saved['id']
  readonly size?: number
  readonly fileCount?: number
  readonly executable?: boolean
}

export const contentOf = (snapshot: Saved): Content => ({
  id: snapshot.id,
  size: snapshot.size,
  ...(snapshot.kind === 'folder' ? { fileCount: snapshot.tree.length } : {}),
  ...(snapshot.kind === 'file' && snapshot.executable ? { executable: true } : {}),
})

/** undefined: another process has rewritten the pointer since `plan` was made; nothing was written. */
export type Recorded = readonly string[] | undefined

/**
 * Resolves with the absolute paths of the files that changed. `commit` false: nothing is in the cache, so nothing is remembered as ours.
 */
export function recordContent(repo: Repo, plan: AddPlan, content: Content, { commit }: { readonly commit: boolean }): Promise<Recorded> {
  const path = plan.tracked?.path ?? plan.path
  return withLock(
    repo,
    async () => {
      const before = readOptional(plan.pointerFile)
      if (!isAsPlanned(repo, plan)) return undefined
      // In this order: data whose line is missing would be in the next `git add -A`.
      const ignoring = plan.tracked?.output.cached === false ? [] : ignoreInGit(repo, path)
      const changed = [...writePointer(repo, plan, { before, content }), ...ignoring]
      if (commit) rememberOutputs(repo.root, [{ path, id: content.id, hash: 'md5' }])
      return changed
    },
    { writes: [plan.pointerFile, path] },
  )
}

/** The pointer still says of the output what it said when the content was worked out, or is still not there. */
export function isAsPlanned(repo: Repo, { tracked, pointerFile }: Pick<AddPlan, 'tracked' | 'pointerFile'>): boolean {
  const before = readOptional(pointerFile)
  if (before === '' || !tracked) return before === '' && !tracked
  const pointer = parsePointer(before, nameOf(repo, pointerFile))
  return pointer.outputs.some(
    ({ path, id, hash }) => path === tracked.output.path && id === tracked.output.id && hash === tracked.output.hash,
  )
}

function writePointer(
  repo: Repo,
  plan: AddPlan,
  { before, content }: { readonly before: string; readonly content: Content },
): readonly string[] {
  const after = plan.tracked ? updatedText(repo, plan, before, content) : printPointer(freshPointer(plan, content))
  if (after === before) return []
  replaceFile(plan.pointerFile, after)
  return [plan.pointerFile]
}

function updatedText(repo: Repo, plan: AddPlan, before: string, content: Content): string {
  const pointer = parsePointer(before, nameOf(repo, plan.pointerFile))
  const written = plan.tracked?.output.path
  const outputs = pointer.outputs.map((output): Output => {
    if (output.path !== written) return output
    const { id: _id, size: _size, fileCount: _fileCount, executable: _executable, ...rest } = output
    return { ...rest, ...content, hash: 'md5' }
  })
  return updatePointer(before, { ...pointer, outputs })
}

const freshPointer = (plan: AddPlan, content: Content) => ({
  outputs: [{ path: basename(plan.path), hash: 'md5' as const, cached: true, pushed: true, rest: {}, ...content }],
  workingFolder: '.',
  imported: false,
  frozen: false,
  rest: {},
})

function readOptional(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return ''
    throw error
  }
}
