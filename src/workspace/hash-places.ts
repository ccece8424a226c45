/** Hashes all that lies at several outputs, whatever any index knows of it. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind } from '../base/object-id.ts'
import type { Tree } from '../format/tree.ts'
import { carryOut } from './carry-out.ts'
import { eachCommonRow } from './each-common-row.ts'
import { idBytes, newFileRows, setIdOfRow, totalSize, treeOfRows } from './file-rows.ts'
import { inRepository, type Place } from './place.ts'
import { scanPlace } from './scan.ts'
import { newStampRows, stampWidth } from './stamp-rows.ts'

export interface PlaceToHash {
  readonly place: Place
  /** what the pointer says, where it is known: of an output of DVC 2 either variant of its hash will do */
  readonly wanted: Tree | undefined
}

export interface Hashed {
  /** undefined: nothing is there; a single file is a tree of one entry whose path is '' */
  readonly tree: Tree | undefined
  readonly isFolder: boolean
  /** bytes */
  readonly size: number
  /** it cannot be read as an output: a symlink that leads nowhere, a device */
  readonly unreadable?: DvError
}

/**
 * All files of all places are one piece of work for the threads: 2,000 single files cost no more than a folder of them. Reports a
 * phase `hashing`. @throws DvError 'file-changed', 'access-denied', 'interrupted'
 */
export async function hashPlaces(places: readonly PlaceToHash[], context: Context): Promise<readonly Hashed[]> {
  const scans = []
  for (const each of places) scans.push(await scanAnew(each))
  for (const hash of ['md5', 'md5-dos2unix'] as const) {
    const parts = scans.flatMap(scan => (scan.place.hash === hash && scan.rows ? [{ ...scan, rows: scan.rows }] : []))
    if (parts.length > 0) await hashTogether(parts, hash, context)
  }
  return scans.map(({ rows, isFolder, unreadable }) => ({
    tree: rows && treeOfRows(rows),
    isFolder,
    size: rows === undefined ? 0 : totalSize(rows),
    ...(unreadable ? { unreadable } : {}),
  }))
}

async function scanAnew({ place, wanted }: PlaceToHash) {
  const forgetful: Place = { ...place, index: { ...place.index, read: async () => undefined } }
  try {
    const scan = await scanPlace(forgetful)
    return { place, wanted, rows: scan.kind === 'changed' ? scan.rows : undefined, isFolder: scan.kind === 'changed' && scan.isFolder }
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'unsupported-file') throw error
    return { place, wanted, rows: undefined, isFolder: false, unreadable: error }
  }
}

type Part = Required<Pick<Awaited<ReturnType<typeof scanAnew>>, 'place' | 'wanted'>> & { readonly rows: ReturnType<typeof newFileRows> }

/** The ids found are written into the parts' rows. */
async function hashTogether(parts: readonly Part[], hash: HashKind, context: Context): Promise<void> {
  const root = parts[0]?.place.root ?? ''
  const paths = parts.flatMap(({ place, rows }) => rows.paths.map(path => joined(inRepository(place), path)))
  const all = newFileRows(paths, newStampRows(paths.length))
  let at = 0
  for (const { rows, wanted } of parts) {
    const start = at
    all.stamps.set(rows.stamps.subarray(0, rows.paths.length * stampWidth), start * stampWidth)
    if (hash === 'md5-dos2unix' && wanted)
      eachCommonRow(
        rows.paths,
        wanted.map(entry => entry.path),
        (row, from) => setIdOfRow(all.ids, start + row, wanted[from]?.id ?? ''),
      )
    at += rows.paths.length
  }
  context.report({ type: 'phase', name: 'hashing', items: paths.length, bytes: totalSize(all) })
  const task = { kind: 'hash', hash, hasIds: hash === 'md5-dos2unix' } as const
  await carryOut({ ...all, output: root, task, objects: new BigInt64Array(0), states: new Uint8Array(0) }, context)
  at = 0
  for (const { rows } of parts) {
    rows.ids.set(all.ids.subarray(at * idBytes, (at + rows.paths.length) * idBytes))
    at += rows.paths.length
  }
}

const joined = (folder: string, path: string): string => (path === '' ? folder : `${folder}/${path}`)
