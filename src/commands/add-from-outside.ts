/** dv add --out and --to-remote: data that lies elsewhere, copied here, or sent to the remote without a copy here. */
import { cpSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { printTree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import { planSend } from '../transfer/plan-send.ts'
import { sendObjects } from '../transfer/send.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Added } from './add.ts'
import { type AddPlan, planAdd } from './add-plan.ts'
import { addWhole } from './add-whole.ts'
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
  const from = resolve(repo.cwd, options.target)
  if (/^\w+:\/\//.test(options.target))
    throw new DvError('bad-target', `${options.target} is a URL: only files and folders of this machine can be added`)
  if (!existsSync(from)) throw new DvError('bad-target', `'${options.target}' does not exist`)
  const to = resolve(repo.cwd, options.out ?? basename(from))
  if (options.dryRun) return { name: nameOf(repo, to), pointer: `${nameOf(repo, to)}.dvc`, state: 'planned', changed: [] }
  return options.toRemote ? sendFrom(repo, { from, to, options }, context) : copyFrom(repo, { from, to, options }, context)
}

interface Move {
  /** absolute */
  readonly from: string
  readonly to: string
  readonly options: OutsideOptions
}

async function copyFrom(repo: Repo, { from, to, options }: Move, context: Context): Promise<Added> {
  const tracked = findPointers(repo)
  refuseExisting(repo, to, options)
  const temporary = join(repo.root, '.dvc', 'tmp', 'dv', `copy-${process.pid}`)
  try {
    cpSync(from, temporary, { recursive: true, dereference: true, preserveTimestamps: true, errorOnExist: true })
    if (options.force) rmSync(to, { recursive: true, force: true })
    renameSync(temporary, to)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return addWhole(repo, planAdd(repo, tracked, to), { commit: true, relink: true }, context)
}

function refuseExisting(repo: Repo, to: string, { force }: OutsideOptions): void {
  if (!force && lstatSync(to, { throwIfNoEntry: false }))
    throw new DvError('bad-target', `'${nameOf(repo, to)}' exists already`, { hint: `choose another --out, or replace it with --force` })
}

/** Hashed once, sent, then named in a pointer; a pull brings it here. */
async function sendFrom(repo: Repo, { from, to, options }: Move, context: Context): Promise<Added> {
  refuseExisting(repo, to, options)
  const pointerFile = `${to}.dvc`
  if (existsSync(pointerFile) && !options.force)
    throw new DvError('bad-target', `${nameOf(repo, pointerFile)} is there already`, { hint: 'add --force' })
  const remote = await repo.remote(options.remote)
  const snapshot = await takeSnapshot(passingPlaceOf(repo, from, from), context)
  if (snapshot.kind === 'absent') throw new DvError('bad-target', `'${from}' went away while it was added`)
  await send(repo, { from, snapshot, remote, ...(options.remoteJobs === undefined ? {} : { jobs: options.remoteJobs }) }, context)
  const plan: AddPlan = { path: to, pointerFile, exists: false }
  const changed = await recordContent(repo, plan, contentOf(snapshot), { commit: false })
  return {
    name: nameOf(repo, to),
    pointer: nameOf(repo, pointerFile),
    state: 'new',
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
