/** One file on a web server. What lies beside or below it nobody can ask for: HTTP knows no folders. */
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { FileSource, SourceFile } from '../file-source.ts'
import type { RemoteConfig } from '../open.ts'
import { openRetry } from '../retry.ts'
import { checksumOf } from './checksum.ts'
import { type HttpClient, type HttpReply, openHttpClient } from './client.ts'
import { readHttpFile } from './read-file.ts'
import { clientOptions, type HttpSettings, readHttpSettings } from './settings.ts'

/** @throws DvError 'bad-config' */
export function openHttpSource(remote: RemoteConfig, context: Context): FileSource {
  const settings = readHttpSettings(remote, context.env)
  const client = openHttpClient(clientOptions(settings, sourceHints(settings)), context.env)
  const again = openRetry()
  return {
    label: settings.label,
    concurrency: settings.concurrency,
    markKey: 'checksum',
    look: signal => again(signal, () => look(client, settings, signal)),
    files: async function* () {},
    entries: async () => [],
    read: (file, options, consume) => {
      const check = (reply: HttpReply): void => assertUnchanged(reply, { settings, file, start: options.start ?? 0 })
      return again(options.signal, () => readHttpFile({ client, url: settings.url, check }, options, consume))
    },
    close: async () => client.close(),
  }
}

const sourceHints = ({ url }: HttpSettings) => ({
  accessHint: `name the server as a remote of yours, with auth, user and password, and take remote://<name>/<path>: dv remote add --local <name> ${url.origin}`,
  certificateHint: 'for a private authority: --fs-config ssl_verify=<path of its certificate>',
})

/** HEAD, and where a server has none, or tells no size by it, the head of a GET. */
async function look(client: HttpClient, settings: HttpSettings, signal: AbortSignal): Promise<SourceFile | undefined> {
  try {
    const seen = fileOf(await headOf(client, settings, signal), settings)
    if (seen?.size !== undefined) return seen
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'store-unavailable') throw error
    // Some servers have no HEAD, and sign what they hand out for GET alone.
  }
  try {
    const reply = await client.send({ verb: 'read', method: 'GET', url: settings.url }, signal)
    reply.head.destroy()
    return fileOf(reply, settings)
  } catch (error) {
    if (error instanceof DvError && error.code === 'object-missing') return undefined
    throw error
  }
}

async function headOf(client: HttpClient, { url }: HttpSettings, signal: AbortSignal): Promise<HttpReply> {
  const reply = await client.send({ verb: 'read', method: 'HEAD', url }, signal)
  reply.head.resume()
  return reply
}

function fileOf({ head, url }: HttpReply, { url: asked }: HttpSettings): SourceFile {
  const length = head.headers['content-length']
  const size = length !== undefined && /^(?:identity)?$/.test(head.headers['content-encoding'] ?? '') ? Number(length) : undefined
  return { kind: 'file', path: '', size, mark: checksumOf({ asked, url, headers: head.headers, size }) }
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
