/** What a repository tracked at a commit. */
import { join, relative, sep } from 'node:path'
import { DvError } from '../base/error.ts'
import { pool } from '../base/pool.ts'
import type { Git } from './git.ts'
import type { Repo } from './open.ts'
import type { FindOptions } from './pointers.ts'
import { isPipelineName, isPointerName, readPipeline, readPointer } from './read-pointer.ts'
import type { TrackedOutput } from './tracked-output.ts'

interface PointerBlob {
  /** '/' separated, relative to the tree in which it was found */
  readonly path: string
  readonly blob: string
  /** the dvc.lock beside a dvc.yaml */
  readonly lock?: string
}

/**
 * What has been read, by git's own names: most folders and pointers are the same in most commits, so that a thousand commits cost
 * little more than the changes between them.
 */
interface Known {
  readonly trees: Map<string, readonly PointerBlob[]>
  readonly pointers: Map<string, readonly TrackedOutput[]>
}

const knownOf = new WeakMap<Git, Known>()

/**
 * Paths are where the files would lie in the work tree. The ignore files of the commit are not asked: what they would leave out is
 * rarely in git, and -A, -T and -a are safer with too much than with too little. Nor is it checked whether outputs overlap: nothing of
 * what is found here is checked out, and a slip in the past must not stop a push for ever.
 * `everything`: those inside of other outputs, too, and those of which only a lock tells. @throws DvError 'bad-pointer', 'git-failed'
 */
export async function pointersAt(repo: Repo, commit: string, { everything = false }: FindOptions = {}): Promise<readonly TrackedOutput[]> {
  const { git, gitRoot } = repo
  if (!git || gitRoot === undefined) throw new DvError('git-failed', 'other commits cannot be looked at: this repository is not under git')
  const known = knownOf.get(git) ?? { trees: new Map(), pointers: new Map() }
  knownOf.set(git, known)
  const top = await git.treeAt(commit, relative(gitRoot, repo.root).replaceAll(sep, '/'))
  if (!top) return []
  const blobs = await pointerBlobs(git, known, top)
  const unknown = blobs.filter(blob => !known.pointers.has(keyOf(blob)))
  await pool(unknown, { limit: readsAtOnce, signal: repo.context.signal }, blob => readBlobs({ repo, git, known, commit }, blob))
  const found = blobs.flatMap(blob => known.pointers.get(keyOf(blob)) ?? [])
  if (everything) return found
  const placed = found.filter(one => !one.unplaced)
  const outputs = new Set(placed.map(({ path }) => path))
  return placed.filter(({ pointerFile }) => !liesIn(outputs, pointerFile, repo.root))
}

/** Of a tree and all trees below it, without projects of their own. */
async function pointerBlobs(git: Git, known: Known, entries: Awaited<ReturnType<Git['readTree']>>): Promise<PointerBlob[]> {
  const found: PointerBlob[] = []
  const lock = entries.find(({ name }) => name === 'dvc.lock')?.object
  for (const { name, kind, object } of entries) {
    if (kind === 'file' || kind === 'executable') {
      if (isPointerName(name)) found.push({ path: name, blob: object })
      else if (isPipelineName(name) && lock !== undefined) found.push({ path: name, blob: object, lock })
    } else if (kind === 'folder' && name !== '.dvc') {
      for (const inner of await blobsOfTree(git, known, object)) found.push({ ...inner, path: `${name}/${inner.path}` })
    }
  }
  return found
}

async function blobsOfTree(git: Git, known: Known, tree: string): Promise<readonly PointerBlob[]> {
  const old = known.trees.get(tree)
  if (old) return old
  const entries = await git.readTree(tree)
  const isProject = entries.some(({ name, kind }) => name === '.dvc' && kind === 'folder')
  const found = isProject ? [] : await pointerBlobs(git, known, entries)
  known.trees.set(tree, found)
  return found
}

interface Place {
  readonly repo: Repo
  readonly git: Git
  readonly known: Known
  readonly commit: string
}

const keyOf = ({ path, blob, lock }: PointerBlob): string => `${path}\0${blob}\0${lock ?? ''}`

/** Reads that wait for git's answer at a time: enough that neither side waits for the other. */
const readsAtOnce = 64

async function readBlobs({ repo, git, known, commit }: Place, pointer: PointerBlob): Promise<void> {
  const { path, blob, lock } = pointer
  const text = Buffer.from(await git.readBlob(blob)).toString()
  const place = { root: repo.root, file: join(repo.root, path), text, name: `${path} (at ${commit.slice(0, shownDigits)})` }
  const found =
    lock === undefined ? readPointer(place) : readPipeline({ ...place, name: path }, Buffer.from(await git.readBlob(lock)).toString())
  known.pointers.set(keyOf(pointer), found)
}

/** As many as git shows by default. */
const shownDigits = 7

function liesIn(outputs: ReadonlySet<string>, file: string, root: string): boolean {
  for (let at = file.lastIndexOf(sep); at > root.length; at = file.lastIndexOf(sep, at - 1)) if (outputs.has(file.slice(0, at))) return true
  return false
}
