/** Files of a source, brought into the cache. */
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isObjectId, type ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { openSourceMemory, type SourceMemory } from '../repo/source-memory.ts'
import type { Cache } from '../store/cache.ts'
import type { SourceFile } from '../store/file-source.ts'
import type { Content } from './record-output.ts'
import type { Taking } from './remote-source.ts'

/** @throws DvError 'file-changed' when the source is written to meanwhile */
export async function fetchSource(repo: Repo, { source, survey, to, jobs }: Taking, context: Context): Promise<Content> {
  const cache = repo.cache('md5')
  const files = survey.isFolder ? wantedFiles(repo, survey.files, to) : survey.files
  const memory = openSourceMemory(repo.root, source.label)
  const fetched = new Map<string, Kept>()
  const { signal } = context
  context.report({ type: 'phase', name: 'Fetching', items: files.length, bytes: files.reduce((sum, { size = 0 }) => sum + size, 0) })
  try {
    await pool(files, { limit: jobs ?? source.concurrency, signal }, async file => {
      const here = await knownObject(file, { cache, memory }, signal)
      const kept =
        here ??
        (await source.read(file, { signal }, async body => {
          const received = await cache.keep(body, signal)
          assertSize(file, received.bytes, source.label)
          return received
        }))
      fetched.set(file.path, kept)
      memory.note(file.path, file.mark, kept.id)
      context.report({ type: 'advance', items: 1, bytes: kept.bytes })
    })
    memory.keepOnlyNoted()
  } finally {
    memory.flush()
  }
  const content = contentOfFiles(fetched, survey.isFolder)
  if (content.tree !== undefined) cache.put(content.id, content.tree)
  await cache.makeDurable([...new Set([...[...fetched.values()].map(kept => kept.id), content.id])])
  const { tree: _tree, ...said } = content
  return said
}

export interface Kept {
  readonly id: ObjectId
  readonly bytes: number
}

/** What `.dvcignore` leaves out at the data's place here does not come. */
export function wantedFiles(repo: Repo, files: readonly SourceFile[], to: string): readonly SourceFile[] {
  const folder = relative(repo.root, to)
  if (!repo.ignore.hasPatterns(folder)) return files
  return files.filter(({ path }) => repo.ignore.explain(`${folder}/${path}`) === undefined)
}

/** By path; for a folder `tree` is the bytes of its list. */
export function contentOfFiles(
  kept: ReadonlyMap<string, Kept>,
  isFolder: boolean,
): Content & { readonly id: ObjectId; readonly tree?: Uint8Array } {
  const [single] = kept.values()
  if (!isFolder && single) return { id: single.id, size: single.bytes }
  const tree: Tree = Array.from(kept, ([path, { id }]) => ({ path, id }))
  const bytes = printTree(tree)
  return { id: treeId(bytes), size: [...kept.values()].reduce((sum, each) => sum + each.bytes, 0), fileCount: kept.size, tree: bytes }
}

interface Knowing {
  readonly cache: Cache
  readonly memory: SourceMemory
}

/** An object of the cache that is known to be this file, or whose md5 and size are what the bucket says: an ETag is an md5, where it is one. */
async function knownObject({ path, mark, size }: SourceFile, { cache, memory }: Knowing, signal: AbortSignal): Promise<Kept | undefined> {
  for (const id of [memory.idOf(path, mark), mark]) {
    if (id === undefined || !isObjectId(id)) continue
    const bytes = cache.sizeOf(id)
    if (bytes !== undefined && (size === undefined || bytes === size) && (await cache.isWhole(id, signal))) return { id, bytes }
  }
  return undefined
}

function assertSize({ path, size }: SourceFile, found: number, label: string): void {
  if (size !== undefined && found !== size)
    throw new DvError('store-unavailable', `${label}${path && `/${path}`} came with ${found} bytes, not with ${size}`)
}
