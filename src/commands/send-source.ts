/** Files of a source, sent on to a remote without a copy here. An object is named by its md5, so that has to be known first. */
import { createHash } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isObjectId, type ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { Repo } from '../repo/open.ts'
import type { FileSource, SourceFile } from '../store/file-source.ts'
import type { ObjectSource } from '../store/object-store.ts'
import type { RemoteConfig } from '../store/open.ts'
import { contentOfFiles, type Kept, wantedFiles } from './fetch-source.ts'
import type { Content } from './record-output.ts'
import type { Taking } from './remote-source.ts'
import { sendingFailed, trySendOutside } from './send-outside.ts'

/** A file is read once when its ETag is its md5, or when it is small enough to be held meanwhile; else once for its md5 and once to be sent. */
export async function sendSource(
  repo: Repo,
  { source, survey, to, jobs, remote }: Taking & { readonly remote: RemoteConfig },
  context: Context,
): Promise<Content> {
  const files = survey.isFolder ? wantedFiles(repo, survey.files, to) : survey.files
  const isPromise = await provenPromises(source, files, context.signal)
  const held = new Map<string, Buffer>()
  const broken = new Set<string>()
  for (;;) {
    const kept = new Map<string, Kept>()
    context.report({ type: 'phase', name: 'Reading', items: files.length })
    await pool(files, { limit: jobs ?? source.concurrency, signal: context.signal }, async file => {
      const promised = isPromise && !broken.has(file.path) ? promiseOf(file) : undefined
      kept.set(file.path, promised ?? (await readForId(source, file, held, context.signal)))
      context.report({ type: 'advance', items: 1, bytes: 0 })
    })
    const { tree, ...content } = contentOfFiles(kept, survey.isFolder)
    const streams = files.flatMap(file => {
      const one = kept.get(file.path)
      return one
        ? [{ id: one.id, source: held.has(file.path) ? heldSource(held.get(file.path)) : streamOf(source, file, { ...one, context }) }]
        : []
    })
    const sources = { files: [], streams, tree: tree && { id: content.id, bytes: tree } }
    const failed = await trySendOutside(repo, { label: source.label, sources, remote, jobs }, context)
    if (failed.length === 0) return content
    const wrong = files.filter(file => !broken.has(file.path) && failed.some(({ id, error }) => id === file.mark && isOtherContent(error)))
    if (wrong.length < failed.length) throw sendingFailed(failed)
    for (const file of wrong) broken.add(file.path)
  }
}

/** Bytes of one file, and of all files, that are held in memory between their two uses. */
const heldFileBytes = 1 << 20
const heldBytes = 64 << 20

/** With encryption by keys of its own a bucket's ETags look like an md5 and are none: the smallest file is read to find that out. */
async function provenPromises(source: FileSource, files: readonly SourceFile[], signal: AbortSignal): Promise<boolean> {
  let smallest: SourceFile | undefined
  for (const file of files) if (promiseOf(file) && (file.size ?? 0) < (smallest?.size ?? Number.POSITIVE_INFINITY)) smallest = file
  return smallest !== undefined && (await readForId(source, smallest, new Map(), signal)).id === smallest.mark
}

const promiseOf = ({ mark, size }: SourceFile): Kept | undefined =>
  isObjectId(mark) && size !== undefined ? { id: mark, bytes: size } : undefined

async function readForId(source: FileSource, file: SourceFile, held: Map<string, Buffer>, signal: AbortSignal): Promise<Kept> {
  return source.read(file, { signal }, async body => {
    const md5 = createHash('md5')
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      md5.update(chunk)
      bytes += chunk.length
      if (bytes <= heldFileBytes) chunks.push(chunk)
    }
    if (bytes <= heldFileBytes && held.size * heldFileBytes < heldBytes) held.set(file.path, Buffer.concat(chunks))
    return { id: md5.digest('hex') as ObjectId, bytes }
  })
}

const heldSource = (bytes: Buffer = Buffer.alloc(0)): ObjectSource => ({
  size: bytes.length,
  open: (start = 0) => {
    const body = new PassThrough()
    body.end(bytes.subarray(start))
    return body
  },
})

/** Opened by whoever writes it to the remote, who checks its hash. */
function streamOf(
  source: FileSource,
  file: SourceFile,
  { bytes, context }: { readonly bytes: number; readonly context: Context },
): ObjectSource {
  return {
    size: bytes,
    mayChange: true,
    open: (start = 0): Readable => {
      const body = new PassThrough()
      const pour = async (from: Readable): Promise<void> => {
        await pipeline(from, body).catch((error: unknown) => {
          if (!body.destroyed || from.errored) throw error // otherwise the reader had enough
        })
      }
      source.read(file, { start, signal: context.signal }, pour).catch((error: unknown) => void body.destroy(error as Error))
      return body
    },
  }
}

const isOtherContent = (error: unknown): boolean =>
  error instanceof DvError && (error.code === 'object-corrupt' || error.code === 'file-changed')
