/** dv add --out and --to-remote: data that lies elsewhere, copied here, or sent to the remote without a copy here. Where it came from is not kept. */
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { type Repo, stateFolder } from '../repo/open.ts'
import { findPointers, readTracked } from '../repo/pointers.ts'
import { isUrl } from '../repo/source-place.ts'
import type { Added } from './add.ts'
import { addAsPlanned } from './add-as-planned.ts'
import { type AddPlan, planAdd } from './add-plan.ts'
import { assertPointersSeen } from './assert-pointers-seen.ts'
import { checkoutOutputs } from './checkout-outputs.ts'
import { type FoundSource, withUrlSource } from './found-source.ts'
import { asBadTarget } from './outside-source.ts'
import { nameOf } from './place.ts'
import { type Content, recordContent } from './record-output.ts'

export interface OutsideOptions {
  readonly force?: boolean
  readonly out?: string
  readonly toRemote?: boolean
  readonly remote?: string
  readonly remoteJobs?: number
  readonly dryRun?: boolean
}

export async function addFromOutside(repo: Repo, options: OutsideOptions & { readonly target: string }, context: Context): Promise<Added> {
  const isElsewhere = isUrl(options.target)
  const from = isElsewhere ? options.target : resolve(repo.cwd, options.target)
  if (!isElsewhere && !existsSync(from)) throw new DvError('bad-target', `'${options.target}' does not exist`)
  const plan = planAdd(repo, findPointers(repo), {
    target: options.out ?? basename(from.replace(isElsewhere ? /[?#].*$/s : '', '')),
    isComing: true,
  })
  assertPointersSeen(repo, [plan])
  refuseExisting(repo, plan.path, options)
  if (plan.path === from || plan.path.startsWith(`${from}/`))
    throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' lies in '${options.target}' itself`, { hint: 'choose another --out' })
  if (options.dryRun) {
    if (options.toRemote) await repo.remote(options.remote)
    return { name: nameOf(repo, plan.path), pointer: nameOf(repo, plan.pointerFile), state: 'planned', changed: [] }
  }
  const move = { from, plan, options }
  if (options.toRemote) return sendFrom(repo, move, context)
  return isElsewhere ? takeFrom(repo, move, context) : copyFrom(repo, move, context)
}

interface Move {
  /** absolute, or a URL */
  readonly from: string
  readonly plan: AddPlan
  readonly options: OutsideOptions
}

/** What was there before goes when the copy is tracked, and comes back when that fails. */
async function copyFrom(repo: Repo, { from, plan, options }: Move, context: Context): Promise<Added> {
  const to = plan.path
  // A new name each time: what a killed dv has left under its process number must not become a part of this data.
  const temporary = join(stateFolder(repo.root), `copy-${randomUUID()}`)
  const aside = `${temporary}-old`
  const wasThere = options.force && lstatSync(to, { throwIfNoEntry: false }) !== undefined
  let isPlaced = false
  try {
    await copyWhole({ from, to: temporary }, context)
    if (wasThere) renameSync(to, aside)
    renameSync(temporary, to)
    isPlaced = true
    const added = await addAsPlanned(repo, { ...plan, exists: true }, { commit: true, relink: true }, context)
    rmSync(aside, { recursive: true, force: true })
    return added
  } catch (error) {
    if (isPlaced) rmSync(to, { recursive: true, force: true })
    if (wasThere && existsSync(aside)) renameSync(aside, to)
    throw error
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** With promises, so that Ctrl-C is heard between two files. */
async function copyWhole({ from, to }: { readonly from: string; readonly to: string }, context: Context): Promise<void> {
  context.report({ type: 'phase', name: 'copying' })
  const filter = (): boolean => {
    throwIfAborted(context.signal)
    return true
  }
  try {
    await cp(from, to, { recursive: true, dereference: true, preserveTimestamps: true, errorOnExist: true, filter })
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ELOOP') && !/^ERR_FS_CP_/.test(Object(error).code)) throw error
    throw new DvError('unsupported-file', `'${from}' cannot be copied: ${Object(error).message}`, { cause: error })
  }
}

function refuseExisting(repo: Repo, to: string, { force }: OutsideOptions): void {
  if (!force && lstatSync(to, { throwIfNoEntry: false }))
    throw new DvError('bad-target', `'${nameOf(repo, to)}' exists already`, { hint: `choose another --out, or replace it with --force` })
}

/** Sent, then named in a pointer; a pull brings it here. */
async function sendFrom(repo: Repo, { from, plan, options }: Move, context: Context): Promise<Added> {
  if (plan.inside !== undefined)
    throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' lies in a tracked folder: --to-remote makes an output of its own`)
  const remote = await repo.remote(options.remote)
  const content = await withData(repo, { from, plan, options }, context, found => found.send(remote))
  return record(repo, { plan, content, commit: false })
}

/** From a bucket or a web server: into the cache, and from there into the work tree. */
async function takeFrom(repo: Repo, { from, plan, options }: Move, context: Context): Promise<Added> {
  if (plan.inside !== undefined)
    throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' lies in a tracked folder: fetch it first, then add it`, {
      hint: `dv get-url ${from} ${nameOf(repo, plan.path)}`,
    })
  const content = await withData(repo, { from, plan, options }, context, found => found.save())
  const added = await record(repo, { plan, content, commit: true })
  const selections = readTracked(repo.root, plan.pointerFile).flatMap(tracked => (tracked.path === plan.path ? [{ tracked }] : []))
  await checkoutOutputs(repo, selections, { force: options.force === true }, context)
  return added
}

function withData(
  repo: Repo,
  { from, plan, options }: Move,
  context: Context,
  use: (found: FoundSource) => Promise<Content>,
): Promise<Content> {
  const request = { path: from, folder: repo.cwd, options: {}, to: plan.path, jobs: options.remoteJobs }
  return asBadTarget(() =>
    withUrlSource(repo, request, context, found => {
      if (found === undefined) throw new DvError('bad-target', `'${from}' does not exist`)
      return use(found)
    }),
  )
}

async function record(
  repo: Repo,
  { plan, content, commit }: { readonly plan: AddPlan; readonly content: Content; readonly commit: boolean },
): Promise<Added> {
  const changed = await recordContent(repo, plan, content, { commit })
  if (!changed)
    throw new DvError(
      'file-changed',
      `${nameOf(repo, plan.pointerFile)} was written by another process meanwhile; the data is ${commit ? 'in the cache' : 'on the remote'}`,
      { hint: 'the same command again, which sends nothing twice' },
    )
  const { size, fileCount } = content
  return {
    name: nameOf(repo, plan.path),
    pointer: nameOf(repo, plan.pointerFile),
    state: plan.tracked?.output.id === content.id ? 'unchanged' : plan.tracked ? 'changed' : 'new',
    ...(size === undefined ? {} : { size }),
    ...(fileCount === undefined ? {} : { fileCount }),
    changed,
  }
}
