/** What `dv freeze` and `dv unfreeze` share: each pointer on its own, so that one bad name does not keep the others back. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { parsePointer, updatePointer } from '../format/pointer.ts'
import { withLock } from '../repo/lock.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { isPointerName } from '../repo/read-pointer.ts'
import { replaceFile } from '../repo/replace-file.ts'
import { type Command, dryRunFlag, jsonFlag } from './command.ts'
import { nameOf } from './place.ts'

export interface FreezeOptions {
  readonly targets: readonly string[]
  readonly dryRun?: boolean
}

export interface FreezeResult {
  readonly dryRun: boolean
  readonly pointers: readonly { readonly name: string; readonly changed: boolean }[]
  readonly failed: readonly { readonly target: string; readonly error: DvError }[]
}

/** What the two verbs have in common. */
export const frozenCommand = (
  name: 'freeze' | 'unfreeze',
): Omit<Command<FreezeOptions, FreezeResult>, 'name' | 'summary' | 'details' | 'examples'> => ({
  arguments: [{ name: 'targets', many: true, summary: 'pointers (.dvc files)' }],
  flags: [dryRunFlag, jsonFlag],
  exits: [{ status: 1, what: `a target is no pointer; the others were ${participle(name)}` }],
  run: (options, context) => withRepo(context, repo => setFrozen(repo, { ...options, frozen: name === 'freeze' }, context)),
  render: ({ pointers, dryRun }) =>
    pointers
      .map(each => `${each.name}: ${!each.changed ? 'unchanged' : dryRun ? `to be ${participle(name)}` : participle(name)}\n`)
      .join(''),
  problems: ({ failed }) =>
    failed.map(({ error }) => `ERROR: failed to ${name}: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ''}`).join(''),
  json: ({ pointers, failed }) => ({ pointers, failed: failed.map(({ target, error }) => ({ target, error: error.message })) }),
  exitStatus: ({ failed }) => (failed.length > 0 ? 1 : 0),
})

const participle = (name: string): string => name.replace('freeze', 'frozen')

async function setFrozen(repo: Repo, options: FreezeOptions & { readonly frozen: boolean }, context: Context): Promise<FreezeResult> {
  const { frozen, dryRun = false } = options
  const pointers: { name: string; changed: boolean }[] = []
  const failed: { target: string; error: DvError }[] = []
  for (const target of new Set(options.targets)) {
    throwIfAborted(context.signal)
    try {
      const file = pointerFile(repo, target)
      const change = async (): Promise<boolean> => changePointer(repo, file, { frozen, dryRun })
      pointers.push({ name: nameOf(repo, file), changed: dryRun ? await change() : await withLock(repo, change, { writes: [file] }) })
    } catch (error) {
      if (!(error instanceof DvError) || (error.code !== 'bad-target' && error.code !== 'bad-pointer')) throw error
      failed.push({ target, error })
    }
  }
  return { dryRun, pointers, failed }
}

function changePointer(repo: Repo, file: string, { frozen, dryRun }: { readonly frozen: boolean; readonly dryRun: boolean }): boolean {
  const before = readFileSync(file, 'utf8')
  const after = updatePointer(before, { ...parsePointer(before, nameOf(repo, file)), frozen })
  if (after === before) return false
  if (!dryRun) replaceFile(file, after)
  return true
}

function pointerFile(repo: Repo, target: string): string {
  const file = pathInRepository(repo, target)
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
  if (!isPointerName(basename(file)))
    throw new DvError('bad-target', `'${target}' is not a .dvc file`, {
      hint: isFile(`${file}.dvc`) ? `the same with ${target}.dvc` : undefined,
    })
  if (!file.startsWith(`${repo.root}/`)) throw new DvError('bad-target', `'${target}' is outside of the repository at ${repo.root}`)
  if (!isFile(file)) throw new DvError('bad-target', `'${target}' does not exist`)
  return file
}
