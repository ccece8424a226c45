/** Pointers of DVC 2 become those of DVC 3. */
import type { Context } from '../base/context.ts'
import { isTreeId, type ObjectId } from '../base/object-id.ts'
import { printTree, type Tree, treeId } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { findPointers } from '../repo/pointers.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import type { NewName } from '../workspace/adopt-objects.ts'
import { saveOutput } from '../workspace/save.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { type Content, contentOf, recordContent } from './record-output.ts'

export interface MigratedPointers {
  /** rewritten, or to be rewritten by a dry run; relative to the working folder */
  readonly files: readonly string[]
  /** absolute, for git */
  readonly changed: readonly string[]
  /** why others were left as they are, with what to do about it */
  readonly left: readonly string[]
}

export interface Migration {
  readonly names: ReadonlyMap<ObjectId, NewName>
  readonly dry: boolean
}

export async function migratePointers(repo: Repo, migration: Migration, context: Context): Promise<MigratedPointers> {
  const files = new Set<string>()
  const changed: string[] = []
  const left: string[] = []
  for (const tracked of findPointers(repo)) {
    if (tracked.output.hash !== 'md5-dos2unix' || !tracked.output.id) continue
    const content = await contentAnew(repo, tracked, migration, context)
    if (typeof content === 'string') {
      left.push(content)
      continue
    }
    const { path, pointerFile } = tracked
    const written = migration.dry
      ? [pointerFile]
      : await recordContent(repo, { path, pointerFile, tracked, exists: true }, content, { commit: true, renewsChecksum: true })
    if (!written) left.push(`${nameOf(repo, pointerFile)} was changed by another process meanwhile: dv cache migrate --dvc-files once more`)
    else files.add(nameOf(repo, pointerFile))
    for (const file of written ?? []) changed.push(file)
  }
  return { files: [...files], changed: migration.dry ? [] : changed, left }
}

/** The content by its new names; or why there is none. */
async function contentAnew(repo: Repo, tracked: TrackedOutput, { names, dry }: Migration, context: Context): Promise<Content | string> {
  const { output, path, pointerFile, stage } = tracked
  const { id } = output
  const [name, pointer] = [nameOf(repo, path), nameOf(repo, pointerFile)]
  if (stage !== undefined) return `${pointer} stays: '${name}' belongs to stage '${stage}', which only a pipeline can write down`
  if (!id) return `${pointer} stays: it names no data`
  const old = readableTrees(repo.cache('md5-dos2unix'))
  const tree = isTreeId(id) ? old(id) : undefined
  const now = await takeSnapshot(placeOf(repo, path, 'md5-dos2unix'), context, { id, tree })
  if (now.kind === 'absent')
    return (
      (await contentFromCache(repo, { id, tree, executable: output.executable === true }, { names, dry })) ??
      `${pointer} stays: '${name}' is neither in the work tree nor in the cache; dv pull ${name} first`
    )
  if (now.id !== id) return `${pointer} stays: '${name}' was changed; dv add ${name} takes the change, and rewrites the pointer`
  if (dry) return contentOf(now)
  const place = placeOf(repo, path, 'md5')
  const saved = output.cached
    ? await saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: true }, context)
    : await takeSnapshot(place, context)
  return saved.kind === 'absent' ? `${pointer} stays: '${name}' went away` : contentOf(saved)
}

/** DVC writes a key here that it then refuses to read. */
async function contentFromCache(
  repo: Repo,
  { id, tree, executable }: { readonly id: ObjectId; readonly tree: Tree | undefined; readonly executable: boolean },
  { names, dry }: Migration,
): Promise<Content | undefined> {
  if (!isTreeId(id)) {
    const fresh = names.get(id)
    return fresh && { id: fresh.id, size: fresh.size, ...(executable ? { executable } : {}) }
  }
  if (!tree?.every(entry => names.has(entry.id))) return undefined
  const entries = tree.flatMap(({ path, id: file }) => {
    const fresh = names.get(file)
    return fresh ? [{ path, id: fresh.id, size: fresh.size }] : []
  })
  const bytes = printTree(entries)
  const fresh = treeId(bytes)
  if (!dry) {
    repo.cache('md5').put(fresh, bytes)
    await repo.cache('md5').makeDurable([fresh])
  }
  return { id: fresh, size: entries.reduce((sum, { size }) => sum + size, 0), fileCount: entries.length }
}
