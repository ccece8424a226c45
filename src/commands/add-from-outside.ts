/** dv add --out and --to-remote: data that lies elsewhere, copied here, or sent to the remote without a copy here. */
import { cpSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { printTree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { planSend } from '../transfer/plan-send.ts'
import { sendObjects } from '../transfer/send.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import { addAsPlanned } from './add-as-planned.ts'
import { type AddPlan, planAdd } from './add-plan.ts'
import { nameOf, passingPlaceOf } from './place.ts'
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

/** What was there before comes back when the copy cannot be added. */
async function copyFrom(repo: Repo, { from, plan, options }: Move, context: Context): Promise<Added> {
  const to = plan.path
  const temporary = join(repo.root, '.dvc', 'tmp', 'dv', `copy-${process.pid}`)
  const aside = `${temporary}-old`
  const wasThere = options.force && lstatSync(to, { throwIfNoEntry: false }) !== undefined
  try {
    copyWhole(from, temporary)
    if (wasThere) renameSync(to, aside)
    renameSync(temporary, to)
    return await addAsPlanned(repo, { ...plan, exists: true }, { commit: true, relink: true }, context)
  } catch (error) {
    if (wasThere && existsSync(aside)) {
      rmSync(to, { recursive: true, force: true })
      renameSync(aside, to)
    } else if (!wasThere) rmSync(to, { recursive: true, force: true })
    throw error
  } finally {
    for (const path of [temporary, aside]) rmSync(path, { recursive: true, force: true })
  }
}

function copyWhole(from: string, to: string): void {
  try {
    cpSync(from, to, { recursive: true, dereference: true, preserveTimestamps: true, errorOnExist: true })
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
  const snapshot = await takeSnapshot(passingPlaceOf(repo, from, from), context)
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
}
