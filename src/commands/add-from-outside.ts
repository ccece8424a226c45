/** dv add --out and --to-remote: data that lies elsewhere, copied here, or sent to the remote without a copy here. */
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { formatCount } from '../base/quantities.ts'
import { printTree } from '../format/tree.ts'
import { type Repo, stateFolder } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { planSend } from '../transfer/plan-send.ts'
import { sendObjects } from '../transfer/send.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import { addAsPlanned } from './add-as-planned.ts'
import { type AddPlan, planAdd } from './add-plan.ts'
import { assertPointersSeen } from './assert-pointers-seen.ts'
import { comingPlaceOf, nameOf } from './place.ts'
import { contentOf, recordContent } from './record-output.ts'
import { sourceCache } from './source-cache.ts'

export interface OutsideOptions {
  readonly force?: boolean
  readonly out?: string
  readonly toRemote?: boolean
  readonly remote?: string
  readonly remoteJobs?: number
  readonly dryRun?: boolean
}

export async function addFromOutside(repo: Repo, options: OutsideOptions & { readonly target: string }, context: Context): Promise<Added> {
  if (/^\w+:\/\//.test(options.target))
    throw new DvError('bad-target', `${options.target} is a URL: only files and folders of this machine can be added`)
  const from = resolve(repo.cwd, options.target)
  if (!existsSync(from)) throw new DvError('bad-target', `'${options.target}' does not exist`)
  const plan = planAdd(repo, findPointers(repo), { target: options.out ?? basename(from), isComing: true })
  assertPointersSeen(repo, [plan])
  refuseExisting(repo, plan.path, options)
  if (plan.path === from || plan.path.startsWith(`${from}/`))
    throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' lies in '${options.target}' itself`, { hint: 'choose another --out' })
  if (options.dryRun) {
    if (options.toRemote) await repo.remote(options.remote)
    return { name: nameOf(repo, plan.path), pointer: nameOf(repo, plan.pointerFile), state: 'planned', changed: [] }
  }
  return options.toRemote ? sendFrom(repo, { from, plan, options }, context) : copyFrom(repo, { from, plan, options }, context)
}

interface Move {
  /** absolute */
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

/** Hashed once, sent, then named in a pointer; a pull brings it here. */
async function sendFrom(repo: Repo, { from, plan, options }: Move, context: Context): Promise<Added> {
  if (plan.inside !== undefined)
    throw new DvError('bad-target', `'${nameOf(repo, plan.path)}' lies in a tracked folder: --to-remote makes an output of its own`)
  const remote = await repo.remote(options.remote)
  const snapshot = await takeSnapshot(comingPlaceOf(repo, from, plan.path), context)
  if (snapshot.kind === 'absent') throw new DvError('bad-target', `'${from}' went away while it was added`)
  await send(repo, { from, snapshot, remote, ...(options.remoteJobs === undefined ? {} : { jobs: options.remoteJobs }) }, context)
  const content = contentOf(snapshot)
  const changed = await recordContent(repo, plan, content, { commit: false })
  if (!changed)
    throw new DvError(
      'file-changed',
      `${nameOf(repo, plan.pointerFile)} was written by another process meanwhile; the data is on the remote`,
      {
        hint: 'the same command again, which sends nothing twice',
      },
    )
  return {
    name: nameOf(repo, plan.path),
    pointer: nameOf(repo, plan.pointerFile),
    state: plan.tracked?.output.id === content.id ? 'unchanged' : plan.tracked ? 'changed' : 'new',
    size: snapshot.size,
    ...(snapshot.kind === 'folder' ? { fileCount: snapshot.tree.length } : {}),
    changed,
  }
}

interface Sending {
  readonly from: string
  readonly snapshot: Exclude<Snapshot, { kind: 'absent' }>
  readonly remote: Awaited<ReturnType<Repo['remote']>>
  readonly jobs?: number
}

async function send(repo: Repo, { from, snapshot, remote, jobs }: Sending, context: Context): Promise<void> {
  const { store, known } = await repo.store(remote, 'md5')
  const isFolder = snapshot.kind === 'folder'
  const cache = sourceCache(repo.cache('md5'), {
    files: isFolder ? snapshot.tree.map(entry => ({ id: entry.id, path: join(from, entry.path) })) : [{ id: snapshot.id, path: from }],
    tree: isFolder ? { id: snapshot.id, bytes: printTree(snapshot.tree) } : undefined,
  })
  const request = isFolder
    ? { trees: new Map([[snapshot.id, [...new Set(snapshot.tree.map(entry => entry.id))]]]), files: new Set<never>() }
    : { trees: new Map(), files: new Set([snapshot.id]) }
  const ends = { cache, remote: store, known }
  const sent = await sendObjects(await planSend(request, ends, context), ends, jobs === undefined ? {} : { jobs }, context)
  const [first] = sent.failed
  if (first)
    throw new DvError(
      'transfer-failed',
      `${formatCount(sent.failed.length, 'object')} could not be sent: ${first.error instanceof Error ? first.error.message : String(first.error)}`,
      { cause: first.error },
    )
  if (sent.absent.length + sent.withheld.length > 0)
    throw new DvError('transfer-failed', `'${from}' could not be sent whole: files of it went away`)
}
