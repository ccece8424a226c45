/** Files in an S3 bucket under keys of their own. */
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { FileSource, SourceFile, SourceFolder } from '../file-source.ts'
import type { RemoteConfig } from '../open.ts'
import { type Again, openRetry } from '../retry.ts'
import { openS3Client, type S3Client } from './client.ts'
import { type EntryQuery, listEntries } from './entry-page.ts'
import { readKey } from './read-key.ts'
import { readS3Settings } from './settings.ts'
import { listVersions, lookAtKey } from './versioned-bucket.ts'

/** `s3://bucket/key`; with the option `version_aware` the files of a folder come with their versions. @throws DvError 'bad-config' */
export async function openS3Source(remote: RemoteConfig, context: Context): Promise<FileSource> {
  const [, bucket = '', root = ''] = /^s3:\/\/([^/]*)\/*(.*?)\/*$/is.exec(remote.url) ?? []
  const settings = readS3Settings({ ...remote, url: `s3://${bucket}` }, context)
  const client = await openS3Client(settings, context)
  const again = openRetry()
  const above = root === '' ? '' : `${root}/`
  const keyOf = (path: string): string => (path === '' ? root : above + path)
  const label = `s3://${bucket}${root && `/${root}`}`
  const isVersioned = remote.options.version_aware?.toLowerCase() === 'true'
  const list = (query: EntryQuery, signal: AbortSignal) => again(signal, () => listEntries(client, query, signal))

  return {
    label,
    concurrency: settings.concurrency,
    markKey: 'etag',
    look: async (signal, versionId) => {
      const file = root === '' ? undefined : await again(signal, () => lookAtKey(client, { key: root, versionId }, signal))
      if (file) return { kind: 'file', path: '', size: file.size, mark: file.etag, versionId: file.versionId }
      const { keys } = await list({ prefix: above, limit: 1 }, signal)
      return keys.length > 0 ? { kind: 'folder', path: '' } : undefined
    },
    files: (signal): AsyncIterable<readonly SourceFile[]> =>
      isVersioned ? versionedFiles({ client, above, again }, signal) : allPages({ prefix: above }, { above, list }, signal),
    entries: async (folder, signal) => {
      const all: (SourceFile | SourceFolder)[] = []
      const prefix = folder === '' ? above : `${above}${folder}/`
      for await (const page of allPages({ prefix, byFolder: true }, { above, list }, signal)) for (const entry of page) all.push(entry)
      return all
    },
    read: (file, options, consume) =>
      again(options.signal, async () => {
        const guard = file.versionId === undefined ? { etag: file.mark } : { versionId: file.versionId }
        try {
          return await readKey({ client, key: keyOf(file.path), ...guard }, options, consume)
        } catch (error) {
          if (!isOtherNow(error)) throw error
          throw new DvError('file-changed', `${label}${file.path && `/${file.path}`} changed while it was read`, {
            hint: 'the same command again',
            cause: error,
          })
        }
      }),
    close: async () => client.close(),
  }
}

/** What ends in a slash stands for an empty folder, as consoles make them. */
const isFolderMark = (key: string): boolean => key === '' || key.endsWith('/')

interface Listing {
  /** before the paths in the keys */
  readonly above: string
  readonly list: (query: EntryQuery, signal: AbortSignal) => ReturnType<typeof listEntries>
}

function allPages(query: EntryQuery & { byFolder: true }, at: Listing, signal: AbortSignal): AsyncGenerator<(SourceFile | SourceFolder)[]>
function allPages(query: EntryQuery, at: Listing, signal: AbortSignal): AsyncGenerator<SourceFile[]>
async function* allPages(query: EntryQuery, { above, list }: Listing, signal: AbortSignal): AsyncGenerator<(SourceFile | SourceFolder)[]> {
  let token: string | undefined
  do {
    const page = await list({ ...query, token }, signal)
    const files = page.keys
      .filter(({ key }) => !isFolderMark(key.slice(above.length)))
      .map(({ key, size, etag }): SourceFile => ({ kind: 'file', path: key.slice(above.length), size, mark: etag }))
    yield [...files, ...page.folders.map((folder): SourceFolder => ({ kind: 'folder', path: folder.slice(above.length, -1) }))]
    token = page.next
  } while (token !== undefined)
}

async function* versionedFiles(
  { client, above, again }: { readonly client: S3Client; readonly above: string; readonly again: Again },
  signal: AbortSignal,
): AsyncGenerator<SourceFile[]> {
  for await (const page of listVersions({ client, prefix: above, again }, signal))
    yield page
      .filter(({ key, isLatest, isRemoval }) => isLatest && !isRemoval && !isFolderMark(key.slice(above.length)))
      .map(({ key, size, etag, versionId }) => ({ kind: 'file', path: key.slice(above.length), size, mark: etag, versionId }))
}

const isOtherNow = (error: unknown): boolean =>
  error instanceof DvError && error.cause instanceof Error && error.cause.message.startsWith('HTTP 412')
