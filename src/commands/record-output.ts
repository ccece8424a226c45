/** Writes down what was saved: the pointer, and the line that keeps git from tracking the data itself. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { filesOfTree } from '../format/cloud-files.ts'
import { type Output, type Pointer, parsePointer, printPointer, updatePointer } from '../format/pointer.ts'
import { checksumOfPointer } from '../format/pointer-checksum.ts'
import { type KnownOutput, rememberOutputs } from '../repo/known-outputs.ts'
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

/** What is done once for many outputs, around the writing of their pointers. */
export interface Together {
  /** by path: the `.gitignore` that has got its line */
  readonly lines: ReadonlyMap<string, string>
  /** to be remembered as put there by us */
  readonly found: KnownOutput[]
}

export interface RecordOptions {
  /** false: nothing is in the cache, so nothing is remembered as ours */
  readonly commit: boolean
  /** the md5 at the top of an import is written anew: DVC's commit does so, and its add does not */
  readonly renewsChecksum?: boolean
  readonly together?: Together | undefined
}

/** Resolves with the absolute paths of the files that changed. */
export function recordContent(repo: Repo, plan: AddPlan, content: Content, options: RecordOptions): Promise<Recorded> {
  const { commit, together } = options
  const path = plan.tracked?.path ?? plan.path
  return withLock(
    repo,
    async () => {
      if (!isAsPlanned(repo, plan)) return undefined
      // In this order: data whose line is missing would be in the next `git add -A`.
      const ignoring =
        plan.tracked?.output.cached === false ? [] : together ? [together.lines.get(path) ?? []].flat() : ignoreInGit(repo, path)
      const changed = [...writePointer(repo, plan, content, options), ...ignoring]
      const found: KnownOutput = { path, id: content.id, hash: 'md5' }
      if (commit && together) together.found.push(found)
      else if (commit) rememberOutputs(repo.root, [found])
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

function writePointer(repo: Repo, plan: AddPlan, content: Content, options: RecordOptions): readonly string[] {
  const before = readOptional(plan.pointerFile)
  const after = plan.tracked
    ? updatePointer(before, updated(repo, plan, { before, content }, options))
    : printPointer(freshPointer(plan, content))
  if (after === before) return []
  replaceFile(plan.pointerFile, after)
  return [plan.pointerFile]
}

function updated(
  repo: Repo,
  { pointerFile, tracked }: AddPlan,
  { before, content }: { readonly before: string; readonly content: Content },
  { renewsChecksum = false }: RecordOptions,
): Pointer {
  const pointer = parsePointer(before, nameOf(repo, pointerFile))
  const outputs = pointer.outputs.map((output): Output => {
    if (output.path !== tracked?.output.path) return output
    const { id: _id, size: _size, fileCount: _fileCount, executable: _executable, ...others } = output
    return { ...others, ...content, hash: 'md5', rest: withVersions(repo, output, content) }
  })
  const next = { ...pointer, outputs }
  const md5 = renewsChecksum && pointer.imported ? checksumOfPointer(next) : undefined
  return md5 === undefined ? next : { ...next, rest: { ...next.rest, md5 } }
}

/** What a remote with versions knows goes with the content that it knows it of. */
function withVersions(repo: Repo, { id, rest }: Output, content: Content): Output['rest'] {
  if (id === content.id) return rest
  const { cloud: _cloud, files, ...others } = rest
  if (!Array.isArray(files) || !isTreeId(content.id)) return others
  const cache = repo.cache('md5')
  if (cache.sizeOf(content.id) === undefined)
    throw new DvError('bad-options', 'what is kept by cloud versions is written down file by file, which needs the data in the cache', {
      hint: 'the same command without --no-commit',
    })
  return { ...others, files: filesOfTree(files, cache.readTree(content.id), cache.sizeOf) }
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
