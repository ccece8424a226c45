/** Requests to web servers, which may send us on to another one. */
import type { IncomingMessage } from 'node:http'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import { version } from '../../base/version.ts'
import { interruption } from '../interruption.ts'
import { proxyFor } from '../s3/proxy.ts'
import { openTransport, type Transport } from '../s3/transport.ts'
import { httpFailure, wayFailure } from './errors.ts'
import type { HttpSettings } from './settings.ts'

export interface HttpReply {
  /** the head; its body must be read or destroyed */
  readonly head: IncomingMessage
  /** behind all redirections */
  readonly url: URL
}

export interface HttpClient {
  /** A 2xx reply. @throws DvError 'object-missing' for 404 and 410, 'access-denied', 'store-unavailable', 'store-refused' */
  send(method: 'GET' | 'HEAD', headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpReply>
  /** What broke a body after `send`, in dv's words. */
  explain(error: unknown, signal: AbortSignal): unknown
  close(): void
}

/** aiohttp's, which DVC uses */
const mostRedirects = 10

export function openHttpClient(settings: HttpSettings, env: Context['env']): HttpClient {
  const transports = new Map<string, Transport>()
  const transportTo = (url: URL): Transport => {
    const known = transports.get(url.origin)
    if (known) return known
    const secure = url.protocol === 'https:'
    const place = { secure, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 443 : 80)) }
    const opened = openTransport({ ...settings, ...place, proxy: proxyFor(place, env) })
    transports.set(url.origin, opened)
    return opened
  }
  const explain: HttpClient['explain'] = (error, signal) => (signal.aborted ? interruption() : wayFailure(error, settings))

  return {
    send: async (method, headers, signal) => {
      let url = settings.url
      for (let hops = 0; hops <= mostRedirects; hops++) {
        // What was meant for one server is not told to the next one.
        const own = url.origin === settings.url.origin ? settings.authorization : {}
        const all = { host: url.host, 'user-agent': `dv/${version}`, accept: '*/*', 'accept-encoding': 'identity', ...own, ...headers }
        const wire = { method, path: url.pathname + url.search, headers: Object.entries(all).flat(), body: undefined }
        let head: IncomingMessage
        try {
          head = await transportTo(url).send(wire, signal)
        } catch (error) {
          throw explain(error, signal)
        }
        const status = head.statusCode ?? 0
        if (status >= 200 && status < 300) return { head, url }
        head.resume()
        const next = isRedirect(status) ? head.headers.location : undefined
        if (next === undefined) throw httpFailure(status, settings)
        url = redirected(next, url, settings)
      }
      throw new DvError('store-refused', `cannot read ${settings.label}: it was sent on more than ${mostRedirects} times`)
    },
    explain,
    close: () => {
      for (const transport of transports.values()) transport.close()
    },
  }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

function redirected(location: string, from: URL, { label }: HttpSettings): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined
  if (to && /^https?:$/.test(to.protocol)) return to
  throw new DvError('store-refused', `cannot read ${label}: it is sent on to ${JSON.stringify(location)}, which is no web address`)
}
