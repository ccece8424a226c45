/** Brings an output into the cache. */
import type { Context } from '../base/context.ts'
import { printTree, treeId } from '../format/tree.ts'
import type { Cache } from '../store/cache.ts'
import { idOfRow, treeOfRows } from './file-rows.ts'
import type { LinkKind } from './link.ts'
import type { Place } from './place.ts'
import { relinkRows } from './relink-rows.ts'
import { saveRows } from './save-rows.ts'
import { type ChangedScan, scanPlace } from './scan.ts'
import { type Snapshot, snapshotOf, tableOf } from './snapshot.ts'
import { usableLinks } from './usable-links.ts'

export interface SaveOptions {
  readonly cache: Cache
  readonly links: readonly LinkKind[]
  /** the workspace's files become links to their objects, as `links` says; false leaves them as they are */
  readonly relink: boolean
}

/**
 * Afterwards the cache holds each file's object, the tree's last, all safe from a power cut; the result is that of takeSnapshot.
 * A file is read once, hashed and copied in the same pass; one that the index knows and the cache holds is not read.
 * The user's file is never away from its place. Reports phases `saving`, `checking`, `linking`.
 * @throws DvError 'unsupported-file', 'file-changed', 'access-denied', 'disk-full', 'interrupted'
 */
export async function saveOutput(place: Place, { cache, links, relink }: SaveOptions, context: Context): Promise<Snapshot> {
  const scan = await scanPlace(place)
  if (scan.kind === 'absent') return scan
  const changed: ChangedScan =
    scan.kind === 'clean'
      ? { ...scan, kind: 'changed', rows: scan.table, known: new Uint8Array(scan.table.settled), isAligned: true }
      : scan
  const { rows, isFolder, executable } = changed
  const clock = place.index.tick(place.path)
  const usable = usableLinks(links, { place, isFolder, cache })
  const [first] = usable

  const linked = (first === 'hardlink' || first === 'symlink') && relink && !executable
  const way = first === 'reflink' ? 'reflink' : linked ? 'hardlink' : 'copy'
  const { made, objects } = await saveRows(changed, { output: place.path, cache, way }, context)
  const tree = isFolder ? printTree(treeOfRows(rows)) : undefined
  const id = tree ? treeId(tree) : idOfRow(rows.ids, 0)
  if (tree) cache.put(id, tree)
  await cache.makeDurable(tree ? [...made, id] : made)

  const ours = linked ? await relinkRows(rows, { output: place.path, cache, links: usable, objects }, context) : []
  const table = await tableOf(rows, { place, clock, id, ours })
  place.index.replace(table)
  await place.index.flush()
  return snapshotOf(table, executable)
}
