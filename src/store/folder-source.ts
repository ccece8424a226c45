/** Files of this machine, or of a disk that is mounted. */
import { type BigIntStats, createReadStream, lstatSync, readdirSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { DvError, isSystemError } from '../base/error.ts'
import { stampOf } from '../base/file-stamp.ts'
import { throwIfAborted } from '../base/pool.ts'
import { onAbort } from './abort-hooks.ts'
import { fileError } from './file-errors.ts'
import type { FileSource, SourceFile, SourceFolder } from './file-source.ts'
import { interruption } from './interruption.ts'
import type { ReadOptions } from './object-store.ts'

/** Files read at a time. */
const readsAtOnce = 8
/** Bytes a file is read in. */
const chunkBytes = 1 << 20

/** `root` absolute. */
export function openFolderSource(root: string): FileSource {
  const pathOf = (path: string): string => (path === '' ? root : `${root}/${path}`)
  const entries = (folder: string): (SourceFile | SourceFolder)[] => entriesIn(pathOf(folder), folder)
  return {
    label: root,
    concurrency: readsAtOnce,
    markKey: undefined,
    look: async () => entryAt(root, ''),
    entries: async folder => entries(folder),
    files: async function* (signal) {
      const waiting = ['']
      for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
        throwIfAborted(signal)
        const found = entries(folder)
        yield found.filter(entry => entry.kind === 'file')
        for (const entry of found) if (entry.kind === 'folder' && !isLink(pathOf(entry.path))) waiting.push(entry.path)
      }
    },
    read: (file, options, consume) => readFile(pathOf(file.path), { file, ...options }, consume),
    close: async () => {},
  }
}

function entriesIn(folder: string, path: string): (SourceFile | SourceFolder)[] {
  try {
    return readdirSync(folder).flatMap(name => entryAt(`${folder}/${name}`, path === '' ? name : `${path}/${name}`) ?? [])
  } catch (error) {
    throw fileError(error, `list ${folder}`, folder)
  }
}

/** Links are followed; one that leads nowhere is nothing. @throws DvError 'unsupported-file' for what is neither a file nor a folder */
function entryAt(file: string, path: string): SourceFile | SourceFolder | undefined {
  let stats: BigIntStats
  try {
    stats = statSync(file, { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw fileError(error, `look at ${file}`, file)
  }
  if (stats.isDirectory()) return { kind: 'folder', path }
  if (!stats.isFile()) throw new DvError('unsupported-file', `${file} is neither a file nor a folder`)
  return { kind: 'file', path, size: Number(stats.size), mark: markOf(stats), ...(stats.mode & 0o100n ? { executable: true } : {}) }
}

function markOf(stats: BigIntStats): string {
  const { size, mtimeNs, inode } = stampOf(stats)
  return `${size} ${mtimeNs} ${inode}`
}

const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink()

/** The file must be the same one before and after it was read. */
async function readFile<T>(
  path: string,
  { file, start = 0, signal }: ReadOptions & { readonly file: SourceFile },
  consume: (body: Readable) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal)
  assertUnchanged(path, file)
  const body = createReadStream(path, { start, highWaterMark: chunkBytes })
  body.on('error', () => undefined) // the consumer is told; without a listener an error after it has gone would end the process
  const release = onAbort(signal, () => void body.destroy(interruption() as Error))
  try {
    const result = await consume(body)
    assertUnchanged(path, file)
    return result
  } catch (error) {
    throwIfAborted(signal)
    throw error === body.errored ? fileError(error, `read ${path}`, path) : error
  } finally {
    release()
    body.destroy()
  }
}

function assertUnchanged(path: string, { mark }: SourceFile): void {
  const now = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (now === undefined) throw new DvError('object-missing', `${path} is not there any more`)
  if (markOf(now) !== mark)
    throw new DvError('file-changed', `${path} changed while it was read`, { hint: 'the same command, when nobody writes to it' })
}
