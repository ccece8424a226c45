/** Requests to a web server, which may send readers on to another one. */
import type { IncomingMessage } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import { throwIfAborted } from '../../base/pool.ts'
import { version } from '../../base/version.ts'
import { interruption } from '../interruption.ts'
import { proxyFor } from '../s3/proxy.ts'
import type { TlsTrust } from '../s3/settings.ts'
import { openTransport, type Transport, type WireRequest } from '../s3/transport.ts'
import { type HttpDeed, httpFailure, wayFailure } from './errors.ts'

export interface HttpRequest {
  /** for messages: what cannot be done when it fails */
  readonly verb: string
  readonly method: string
  readonly url: URL
  /** lower-case names */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: WireRequest['body']
  /** statuses outside of 2xx that are an answer as well */
  readonly answers?: readonly number[]
}

export interface HttpReply {
  /** the head; its body must be read or destroyed */
  readonly head: IncomingMessage
  readonly status: number
  /** behind all redirections */
  readonly url: URL
}

export interface HttpClient {
  /** A 2xx reply, or one of `answers`. @throws DvError 'object-missing' for 404 and 410, 'access-denied', 'store-unavailable', 'store-refused' */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpReply>
  /** The same with the whole body as text, for small replies: the connection is free again. @throws DvError */
  call(request: HttpRequest, signal: AbortSignal): Promise<HttpReply & { readonly text: string }>
  /** What broke a body after `send`, in dv's words. */
  explain(error: unknown, request: HttpRequest, signal: AbortSignal): unknown
  close(): void
}

export interface HttpClientOptions {
  /** credentials go to this origin, and to no other */
  readonly origin: string
  /** asked for each request, since tokens run out */
  readonly authorization: () => Readonly<Record<string, string>>
  readonly trust: TlsTrust
  /** ms */
  readonly connectTimeoutMs: number
  /** ms */
  readonly readTimeoutMs: number
  readonly accessHint: string
  readonly certificateHint: string
}

/** aiohttp's, which DVC uses */
const mostRedirects = 10

export function openHttpClient(options: HttpClientOptions, env: Context['env']): HttpClient {
  const transports = new Map<string, Transport>()
  const transportTo = (url: URL): Transport => {
    const known = transports.get(url.origin)
    if (known) return known
    const secure = url.protocol === 'https:'
    const place = { secure, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 443 : 80)) }
    // our own certificate is for our own server, like the password
    const { own: _, ...strangers } = options.trust
    const trust = url.origin === options.origin ? options.trust : strangers
    const opened = openTransport({ ...options, ...place, trust, proxy: proxyFor(place, env) })
    transports.set(url.origin, opened)
    return opened
  }
  const deedOf = ({ verb, url }: HttpRequest): HttpDeed => ({ ...options, verb, target: url.href, host: url.host })
  const explain: HttpClient['explain'] = (error, request, signal) => (signal.aborted ? interruption() : wayFailure(error, deedOf(request)))

  const send: HttpClient['send'] = async (request, signal) => {
    throwIfAborted(signal)
    const { method, verb, body } = request
    let { url } = request
    for (let hops = 0; hops <= mostRedirects; hops++) {
      // What was meant for one server is not told to the next one.
      const own = url.origin === options.origin ? options.authorization() : {}
      const all = {
        host: url.host,
        'user-agent': `dv/${version}`,
        accept: '*/*',
        'accept-encoding': 'identity',
        // Node would announce a chunked body, which is a body though an empty one: WsgiDAV answers 400 then.
        ...(body === undefined && method !== 'GET' && method !== 'HEAD' ? { 'content-length': '0' } : {}),
        ...own,
        ...request.headers,
      }
      const wire = { method, path: url.pathname + url.search, headers: Object.entries(all).flat(), body }
      let head: IncomingMessage
      try {
        head = await transportTo(url).send(wire, signal)
      } catch (error) {
        throw explain(error, request, signal)
      }
      const status = head.statusCode ?? 0
      if ((status >= 200 && status < 300) || request.answers?.includes(status)) return { head, status, url }
      head.resume()
      const next = isRedirect(status) ? head.headers.location : undefined
      if (next === undefined) throw httpFailure(status, deedOf(request))
      if (method !== 'GET' && method !== 'HEAD')
        throw new DvError('store-refused', `cannot ${verb} ${request.url.href}: it is sent on to ${JSON.stringify(next)}`, {
          hint: 'what is written is sent to the very url of the remote: dv remote modify <name> url <url>',
        })
      url = redirected(next, url, request)
    }
    throw new DvError('store-refused', `cannot ${verb} ${request.url.href}: it was sent on more than ${mostRedirects} times`)
  }

  return {
    send,
    call: async (request, signal) => {
      const reply = await send(request, signal)
      try {
        return { ...reply, text: await textOf(reply.head) }
      } catch (error) {
        throw explain(error, request, signal)
      }
    },
    explain,
    close: () => {
      for (const transport of transports.values()) transport.close()
    },
  }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

function redirected(location: string, from: URL, { verb, url }: HttpRequest): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined
  if (to && /^https?:$/.test(to.protocol)) return to
  throw new DvError('store-refused', `cannot ${verb} ${url.href}: it is sent on to ${JSON.stringify(location)}, which is no web address`)
}
