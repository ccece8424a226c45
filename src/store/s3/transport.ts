/** HTTP/1.1 on Node's own client with kept connections: one request out, the head of its reply back. */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isSystemError } from '../../base/error.ts'
import { throwIfAborted } from '../../base/pool.ts'
import { onAbort } from '../abort-hooks.ts'
import { interruption } from '../interruption.ts'
import { proxyAuthorization, tunnelThrough } from './proxy.ts'
import type { TlsTrust } from './settings.ts'

export interface TransportOptions {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  readonly trust: TlsTrust
  /** ms */
  readonly connectTimeoutMs: number
  /** ms */
  readonly readTimeoutMs: number
  readonly proxy: URL | undefined
}

export interface WireRequest {
  readonly method: string
  /** with the query, encoded */
  readonly path: string
  /** names and values in turn, `host` and `content-length` among them */
  readonly headers: readonly string[]
  /** a function opens the stream when the server is ready to take it */
  readonly body: Uint8Array | (() => Readable) | undefined
}

export interface Transport {
  /** Resolves with the head; the body is still to be read. Rejects with Node's own error, or 'interrupted'. */
  send(request: WireRequest, signal: AbortSignal): Promise<IncomingMessage>
  close(): void
}

/** A server that wants no 100-continue gets the body after this. curl waits 1 s as well (Curl_http_expect100). */
const continueWaitMs = 1_000

/** How the errors of a silent server are told from others. */
export const timeoutCode = 'ETIMEDOUT'

export function openTransport(options: TransportOptions): Transport {
  const { agent, request } = openAgent(options)
  const { readTimeoutMs, proxy } = options
  // A plain request is handed to the proxy itself, with the whole URL as its path.
  const asked = proxy !== undefined && !options.secure ? proxy : undefined
  const base = asked === undefined ? '' : `http://${options.host}:${options.port}`
  const extra = asked === undefined ? [] : Object.entries(proxyAuthorization(asked)).flat()
  const host = asked?.hostname ?? options.host
  const port = asked === undefined ? options.port : Number(asked.port || 80)

  return {
    send: (wire, signal) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        throwIfAborted(signal)
        const sent = request({ agent, host, port, method: wire.method, path: base + wire.path, headers: [...wire.headers, ...extra] })
        let reply: IncomingMessage | undefined
        const release = onAbort(signal, () => (reply ?? sent).destroy(new Error('aborted by the signal')))
        const settleWith = (error: unknown): void => {
          release()
          if (signal.aborted) reject(interruption())
          else reject(error)
        }
        sent.on('response', response => {
          reply = response
          response.on('close', release)
          resolve(response)
        })
        sent.on('error', settleWith)
        sent.on('timeout', () => {
          // A reader that is slower than the server holds the socket still as well: that is no fault of the server.
          if (reply !== undefined && (reply.isPaused() || reply.readableLength > 0)) sent.socket?.setTimeout(readTimeoutMs)
          else (reply ?? sent).destroy(timedOut(`no byte for ${readTimeoutMs / 1_000} s`))
        })
        sendBody(sent, wire.body)
      }),
    close: () => agent.destroy(),
  }
}

function openAgent(options: TransportOptions) {
  const { secure, trust, proxy, connectTimeoutMs, readTimeoutMs } = options
  const kept = { keepAlive: true, timeout: readTimeoutMs, maxFreeSockets: 1_024 }
  const tls = { rejectUnauthorized: trust.rejectUnauthorized, ...(trust.ca === undefined ? {} : { ca: trust.ca }), ...trust.own }
  const agent = secure ? new HttpsAgent({ ...kept, ...tls }) : new HttpAgent(kept)
  const connect = secure && proxy !== undefined ? tunnelThrough(proxy, connectTimeoutMs) : agent.createConnection.bind(agent)
  agent.createConnection = (connection, done) => {
    const socket = connect(connection, done)
    if (socket) limitConnecting(socket as Socket, { ms: connectTimeoutMs, ready: secure ? 'secureConnect' : 'connect' })
    return socket
  }
  return { agent, request: secure ? requestHttps : requestHttp }
}

function limitConnecting(socket: Socket, { ms, ready }: { ms: number; ready: string }): void {
  const timer = setTimeout(() => socket.destroy(timedOut(`no connection within ${ms / 1_000} s`)), ms)
  const stop = (): void => clearTimeout(timer)
  socket.once(ready, stop)
  socket.once('close', stop)
}

function sendBody(sent: ClientRequest, body: WireRequest['body']): void {
  if (typeof body !== 'function') {
    sent.end(body)
    return
  }
  let opened: Readable | undefined
  const start = (): void => {
    clearTimeout(timer)
    if (opened !== undefined || sent.destroyed) return
    opened = body()
    opened.on('error', error => sent.destroy(error))
    opened.pipe(sent)
  }
  const timer = setTimeout(start, continueWaitMs)
  sent.once('continue', start)
  sent.once('response', () => clearTimeout(timer)) // refused before the body: there is nothing to send any more
  sent.once('close', () => {
    clearTimeout(timer)
    opened?.destroy()
  })
  sent.flushHeaders()
}

const timedOut = (message: string): Error => Object.assign(new Error(message), { code: timeoutCode })

/** Whether the error tells of the way to the server, not of the server's answer. */
export const isConnectionError = (error: unknown): error is NodeJS.ErrnoException =>
  isSystemError(error, 'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', timeoutCode, 'EHOSTUNREACH', 'ENETUNREACH')
