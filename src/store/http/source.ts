/** One file on a web server. What lies beside or below it nobody can ask for: HTTP knows no folders. */
import type { Readable } from 'node:stream'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { FileSource, SourceFile } from '../file-source.ts'
import type { ReadOptions } from '../object-store.ts'
import type { RemoteConfig } from '../open.ts'
import { openRetry } from '../retry.ts'
import { checksumOf } from './checksum.ts'
import { type HttpClient, type HttpReply, openHttpClient } from './client.ts'
import { type HttpSettings, readHttpSettings } from './settings.ts'

/** @throws DvError 'bad-config' */
export function openHttpSource(remote: RemoteConfig, context: Context): FileSource {
  const settings = readHttpSettings(remote, context.env)
  const client = openHttpClient(settings, context.env)
  const again = openRetry()
  return {
    label: settings.label,
    concurrency: settings.concurrency,
    markKey: 'checksum',
    look: signal => again(signal, () => look(client, settings, signal)),
    files: async function* () {},
    entries: async () => [],
    read: (file, options, consume) => again(options.signal, () => readFile({ client, settings, file }, options, consume)),
    close: async () => client.close(),
  }
}

/** HEAD, and where a server has none, or tells no size by it, the head of a GET. */
async function look(client: HttpClient, settings: HttpSettings, signal: AbortSignal): Promise<SourceFile | undefined> {
  try {
    const seen = fileOf(await headOf(client, signal), settings)
    if (seen?.size !== undefined) return seen
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'store-unavailable') throw error
    // Some servers have no HEAD, and sign what they hand out for GET alone.
  }
  try {
    const reply = await client.send('GET', {}, signal)
    reply.head.destroy()
    return fileOf(reply, settings)
  } catch (error) {
    if (error instanceof DvError && error.code === 'object-missing') return undefined
    throw error
  }
}

async function headOf(client: HttpClient, signal: AbortSignal): Promise<HttpReply> {
  const reply = await client.send('HEAD', {}, signal)
  reply.head.resume()
  return reply
}

function fileOf({ head, url }: HttpReply, { url: asked }: HttpSettings): SourceFile {
  const length = head.headers['content-length']
  const size = length !== undefined && /^(?:identity)?$/.test(head.headers['content-encoding'] ?? '') ? Number(length) : undefined
  return { kind: 'file', path: '', size, mark: checksumOf({ asked, url, headers: head.headers, size }) }
}

interface Reading {
  readonly client: HttpClient
  readonly settings: HttpSettings
  readonly file: SourceFile
}

async function readFile<T>(
  { client, settings, file }: Reading,
  { start = 0, signal }: ReadOptions,
  consume: (body: Readable) => Promise<T>,
): Promise<T> {
  const reply = await client.send('GET', start > 0 ? { range: `bytes=${start}-` } : {}, signal)
  const { head } = reply
  try {
    if (start > 0 && head.statusCode !== 206)
      throw new DvError('store-refused', `cannot read ${settings.label} from byte ${start} on: the server knows no ranges`)
    assertUnchanged(reply, { settings, file, start })
    const result = await consume(head)
    if (head.errored) throw head.errored // cut short, and the consumer did not notice
    if (head.complete) head.resume()
    else head.destroy()
    return result
  } catch (error) {
    const broke = head.errored
    head.destroy()
    throw client.explain(broke ?? error, signal)
  }
}

/** Of a part, only what a server says of the whole can be compared. */
function assertUnchanged(
  reply: HttpReply,
  { settings, file, start }: { readonly settings: HttpSettings; readonly file: SourceFile; readonly start: number },
): void {
  const says = Boolean(reply.head.headers.etag || reply.head.headers['content-md5'])
  if (start > 0 && !says) return
  const { mark, size } = fileOf(reply, settings)
  // A server of which HEAD and GET say different things of one file is believed in what they agree on: the size.
  if (mark === file.mark || (!says && size === file.size)) return
  throw new DvError('file-changed', `${settings.label} changed while it was read`, { hint: 'the same command again' })
}
