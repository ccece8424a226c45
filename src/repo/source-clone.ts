/** What is kept of a remote git repository: commits and folders, of files only those that were read. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { fileError } from '../store/file-errors.ts'
import { tryFlock } from './flock.ts'
import { environmentAt, type NetworkAnswer, networkError, runGitOnNetwork } from './git-network.ts'
import { type GitPlace, runGit } from './git-run.ts'
import { withoutSecrets } from './source-address.ts'
import { sourceFolder } from './user-cache.ts'

export interface SourceClone {
  /** a bare repository; `env` names it */
  readonly place: GitPlace
  /** full name */
  readonly commit: string
  /** Brings those blobs that are not here, in one request. */
  fetchBlobs(names: readonly string[]): Promise<void>
}

/**
 * Brings the clone to `revision` (default: the server's HEAD). What a branch or tag means is asked each time, which costs one short
 * question; a full commit name that was met before costs none. @throws DvError 'git-failed', 'access-denied', 'store-unavailable'
 */
export async function openClone(url: string, revision: string | undefined, context: Context): Promise<SourceClone> {
  const folder = sourceFolder(url, context)
  const place: GitPlace = { root: join(folder, 'git'), env: environmentAt(context.env, join(folder, 'git')) }
  const clone: Clone = { url, folder, place, context }
  const commit = await commitOf(clone, revision ?? 'HEAD')
  return { place, commit, fetchBlobs: names => fetchBlobs(clone, names) }
}

interface Clone {
  readonly url: string
  readonly folder: string
  readonly place: GitPlace
  readonly context: Context
}

const fullName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

async function commitOf(clone: Clone, revision: string): Promise<string> {
  const found = /^(?!-)[^\u0000-\u0020]+$/.test(revision) ? await findCommit(clone, revision) : undefined
  if (found !== undefined) return found
  throw new DvError('git-failed', `unknown Git revision ${JSON.stringify(revision)}`, {
    hint: `git ls-remote ${withoutSecrets(clone.url)}   # its branches and tags`,
  })
}

async function findCommit(clone: Clone, revision: string): Promise<string | undefined> {
  if (fullName.test(revision)) return await bring(clone, { commit: revision, ref: revision })
  // `main~2`, `v1^{}`: the name is the server's, what follows is history.
  const [, name = '', steps = ''] = /^([^~^]*)(.*)$/s.exec(revision) ?? []
  const tip = await askTip(clone, name === '@' ? 'HEAD' : name)
  if (tip !== undefined && steps === '') return await bring(clone, tip)
  const known = tip === undefined && /^[0-9a-f]{7,}$/.test(name) ? resolved(clone, revision) : undefined
  if (known !== undefined) return known
  await fetchAll(clone)
  return resolved(clone, `${tip?.commit ?? name}${steps}`)
}

/** Alone where the server gives a commit by its name, else with all history. */
async function bring(clone: Clone, tip: Tip): Promise<string | undefined> {
  const found = resolved(clone, tip.commit) ?? (await fetchCommit(clone, tip))
  if (found !== undefined) return found
  await fetchAll(clone)
  return resolved(clone, tip.commit)
}

interface Tip {
  readonly commit: string
  /** as the server calls it */
  readonly ref: string
}

/** A tag before a branch of the same name, as git has it. undefined: the server has no such ref. */
async function askTip({ url, context }: Clone, name: string): Promise<Tip | undefined> {
  if (/[*?[\\:]/.test(name)) return undefined
  context.report({ type: 'phase', name: 'Asking for the newest commit' })
  const answer = await runGitOnNetwork(['ls-remote', '--quiet', 'origin', name, `${name}^{}`], { url }, context)
  if (answer.status !== 0) throw networkError(answer, url)
  const tips = new Map(
    answer.output.split('\n').flatMap(line => (line.includes('\t') ? [line.split('\t').reverse() as [string, string]] : [])),
  )
  for (const ref of [name, `refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`, `refs/remotes/${name}`]) {
    const commit = tips.get(`${ref}^{}`) ?? tips.get(ref)
    if (commit !== undefined) return { commit, ref }
  }
  if (name === 'HEAD') throw new DvError('git-failed', 'the repository has no commit yet')
  return undefined
}

/** undefined also where nothing was cloned yet: git says 128 then. */
function resolved({ place }: Clone, revision: string): string | undefined {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const { status, output } = runGit({ ...place, root: '/' }, args, { accept: [1, 128] })
  return status === 0 ? output.toString().trim() : undefined
}

const fetchArguments = ['fetch', '--quiet', '--no-tags', '--no-auto-gc', '--no-recurse-submodules', '--no-write-fetch-head'] as const

/** One commit without its history. undefined: the server gives no commit by its name. */
async function fetchCommit(clone: Clone, { commit, ref }: Tip): Promise<string | undefined> {
  return await locked(clone, commit, async () => {
    const here = resolved(clone, commit)
    if (here !== undefined) return here
    clone.context.report({ type: 'phase', name: 'Fetching the commit' })
    const answer = await fetchWithin(clone, ['--depth=1', '--filter=blob:none', 'origin', `+${ref}:refs/dv/${commit}`])
    if (answer.status !== 0 && !isRefusal(answer)) throw networkError(answer, clone.url)
    return answer.status === 0 ? resolved(clone, `refs/dv/${commit}`) : undefined
  })
}

/** All branches and tags with their history, still without files. */
async function fetchAll(clone: Clone): Promise<void> {
  await locked(clone, undefined, async () => {
    clone.context.report({ type: 'phase', name: 'Fetching the history' })
    const refs = ['origin', '+HEAD:refs/dv/head', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
    const isShallow = runGit(clone.place, ['rev-parse', '--is-shallow-repository']).output.toString().trim() === 'true'
    const whole = isShallow ? ['--unshallow'] : []
    const answer = await fetchWithin(clone, [...whole, '--filter=blob:none', ...refs])
    const last = answer.status !== 0 && isRefusal(answer) ? await fetchWithin(clone, [...whole, ...refs]) : answer
    if (last.status !== 0) throw networkError(last, clone.url)
  })
}

const fetchWithin = ({ url, place, context }: Clone, args: readonly string[]): Promise<NetworkAnswer> =>
  runGitOnNetwork([...fetchArguments, ...args], { url, folder: place.root }, context)

/** The server knows the question and does not answer it: an old one, or one for plain HTTP, without history cut short or files left out. */
const isRefusal = ({ errors }: NetworkAnswer): boolean =>
  /not our ref|unadvertised object|shallow|filter|does not support|couldn't find remote ref|no such remote ref/i.test(errors)

/** Git brings those that the server has; objects that were met are not asked for again. */
async function fetchBlobs(clone: Clone, names: readonly string[]): Promise<void> {
  const lacking = missing(clone, names)
  if (lacking.length === 0) return
  await locked(clone, undefined, async () => {
    const still = missing(clone, lacking)
    if (still.length === 0) return
    clone.context.report({ type: 'phase', name: 'Fetching small files', items: still.length })
    const args = ['-c', 'fetch.negotiationAlgorithm=noop', ...fetchArguments, '--filter=blob:none', '--stdin', 'origin']
    const { url, place, context } = clone
    const answer = await runGitOnNetwork(args, { url, folder: place.root, input: `${still.join('\n')}\n` }, context)
    if (answer.status !== 0) throw networkError(answer, url)
  })
}

function missing({ place }: Clone, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const input = `${[...new Set(names)].join('\n')}\n`
  const { output } = runGit(place, ['cat-file', '--batch-check=%(objectname)'], { input })
  return output
    .toString()
    .split('\n')
    .flatMap(line => (line.endsWith(' missing') ? [line.slice(0, -' missing'.length)] : []))
}

/** Between two looks whether the other dv is done. */
const pauseMs = 50

/** Two dv at once must not both make the clone. The folder is the user's alone: what was fetched may be secret. */
async function locked<T>(clone: Clone, commit: string | undefined, use: () => Promise<T>): Promise<T> {
  const { folder, place, context } = clone
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(error, `make ${folder}`, folder)
  }
  for (;;) {
    const lock = tryFlock(join(folder, 'lock'), context)
    if (lock) {
      try {
        const format = commit?.length === 64 ? ['--object-format=sha256'] : []
        mkdirSync(place.root, { recursive: true })
        runGit(place, ['init', '--bare', '--quiet', '--template=', ...format])
        return await use()
      } finally {
        lock.release()
      }
    }
    // An abort ends the pause at once; the next line tells it.
    await sleep(pauseMs, undefined, { signal: context.signal }).catch(() => undefined)
    throwIfAborted(context.signal)
  }
}
