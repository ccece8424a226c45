/** Puts files of a source where they are wanted: each object is asked for once, and only what is not there already. */
import { createReadStream, lstatSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { pool, throwIfAborted } from '../base/pool.ts'
import type { Source } from '../repo/source.ts'
import { fileError } from '../store/file-errors.ts'
import { openIdCheck } from '../store/id-check.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { type FilePlace, placeBytes, placeCopy, placeObject } from '../store/place-file.ts'
import { openTally } from '../transfer/tally.ts'
import { openSafeFolders } from '../workspace/safe-folders.ts'
import type { TransferReport } from './transfer-report.ts'
import type { Wanted, WantedFile } from './wanted-files.ts'

export interface DownloadOptions {
  readonly force?: boolean
  readonly jobs?: number
}

/** Failures of single files are part of the report. @throws DvError 'disk-full', 'interrupted', 'checkout-failed', and what all failed with */
export async function downloadFiles(source: Source, wanted: Wanted, options: DownloadOptions, context: Context): Promise<TransferReport> {
  makeFolders(wanted)
  const tally = openTally(context)
  context.report({ type: 'phase', name: 'Downloading', items: wanted.files.length })
  const groups = await groupsOf(source, wanted.files.filter(isObject))
  for (const file of wanted.files.filter(each => !isObject(each))) {
    throwIfAborted(context.signal)
    tally.moved(await copyPlain(source, file))
  }
  for (const { store, hash, objects } of groups)
    await pool(objects, { limit: options.jobs ?? store.concurrency, signal: context.signal }, async ([id, files]) => {
      try {
        await bring({ store, hash, id }, options.force ? await lacking(files, { id, hash }, context) : files, { tally, context })
      } catch (error) {
        if (error instanceof DvError && error.code === 'object-missing') tally.absent(id)
        else tally.failed(id, error)
      }
    })
  const names = new Map(wanted.files.map(({ entry, path }) => [entry.id, path]))
  const { moved, bytes, failed, absent } = tally.result()
  return {
    moved,
    bytes,
    failed: failed.map(each => ({ ...each, name: names.get(each.id) ?? each.id })),
    absent: absent.map(id => ({ id, name: names.get(id) ?? id })),
  }
}

/** Data that no work tree holds. */
const isObject = ({ entry }: WantedFile): boolean => entry.file === undefined && entry.id !== undefined

/** From the top of what was asked for downwards nothing is written through a link. */
function makeFolders({ base, folders, files }: Wanted): void {
  try {
    mkdirSync(base, { recursive: true })
  } catch (error) {
    throw fileError(error, `make the folder ${base}`, base)
  }
  const safe = openSafeFolders({ root: base, path: base })
  for (const folder of folders) safe.make(folder)
  for (const folder of new Set(files.map(({ target }) => dirname(target)))) safe.make(folder)
}

interface Group {
  readonly store: ObjectStore
  readonly hash: HashKind
  readonly objects: readonly (readonly [ObjectId, readonly WantedFile[]])[]
}

/** By where the data comes from. */
async function groupsOf(source: Source, files: readonly WantedFile[]): Promise<readonly Group[]> {
  const groups = new Map<string, Omit<Group, 'objects'> & { readonly objects: Map<ObjectId, WantedFile[]> }>()
  for (const file of files) {
    const { output, id } = file.entry
    if (output === undefined || id === undefined) continue
    const project = await source.project(file.path)
    const { hash, remote } = output.tracked.output
    const key = `${project.folder}\n${remote ?? ''}\n${hash}`
    const group = groups.get(key) ?? { store: await project.store(output), hash, objects: new Map<ObjectId, WantedFile[]>() }
    groups.set(key, group)
    const same = group.objects.get(id)
    if (same) same.push(file)
    else group.objects.set(id, [file])
  }
  return [...groups.values()].map(group => ({ ...group, objects: [...group.objects] }))
}

interface Origin {
  readonly store: ObjectStore
  readonly hash: HashKind
  readonly id: ObjectId
}

async function bring(
  { store, hash, id }: Origin,
  [first, ...others]: readonly WantedFile[],
  { tally, context }: { readonly tally: ReturnType<typeof openTally>; readonly context: Context },
): Promise<void> {
  if (first === undefined) return
  const place = placeOf(first)
  tally.moved(await store.read(id, { signal: context.signal }, body => placeObject(place, { id, hash, body }, context.signal)))
  for (const other of others) tally.moved(placeCopy(placeOf(other), place.path))
}

/** Those that are not as they should be already. */
async function lacking(
  files: readonly WantedFile[],
  object: { readonly id: ObjectId; readonly hash: HashKind },
  context: Context,
): Promise<readonly WantedFile[]> {
  const wrong: WantedFile[] = []
  for (const file of files) if (!(await isThere(file.target, object, context))) wrong.push(file)
  return wrong
}

async function isThere(
  path: string,
  { id, hash }: { readonly id: ObjectId; readonly hash: HashKind },
  { signal }: Context,
): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false
  const check = openIdCheck(id, hash)
  for await (const chunk of createReadStream(path, { signal })) check.update(chunk as Buffer)
  return check.matches()
}

const placeOf = ({ target, entry: { file, output, path } }: WantedFile): FilePlace => ({
  path: target,
  executable: file === undefined ? output?.path === path && output.tracked.output.executable === true : file.kind === 'executable',
})

async function copyPlain(source: Source, file: WantedFile): Promise<number> {
  if (source.commit === undefined && source.root !== undefined) return placeCopy(placeOf(file), join(source.root, file.path))
  const bytes = await source.files.read(file.path)
  placeBytes(placeOf(file), bytes)
  return bytes.byteLength
}
