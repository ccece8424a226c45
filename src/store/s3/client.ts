/** A signed request to a bucket, and its reply; a bucket of another region is found once. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import type { Context } from '../../base/context.ts'
import { throwIfAborted } from '../../base/pool.ts'
import { interruption } from '../interruption.ts'
import { addressOf } from './address.ts'
import { findWhereabouts } from './aws-profile.ts'
import { openCredentials, type S3Credentials } from './credentials.ts'
import { encodeKey, encodeQuery } from './encode.ts'
import { type FailedReply, networkError, type RequestContext, readRefusal, replyError } from './errors.ts'
import { proxyFor } from './proxy.ts'
import type { S3Settings } from './settings.ts'
import { type Authorize, amzDate, openSigner, sha256Hex } from './sign.ts'
import { openTransport, type Transport } from './transport.ts'
import { textOfTag } from './xml.ts'

export interface S3Operation {
  /** for messages: what cannot be done when it fails */
  readonly verb: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** behind the prefix, not encoded; undefined: the bucket itself */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  /** lower-case names */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: S3Body
}

export type S3Body = Uint8Array | StreamedBody

/** Opened anew whenever the request is sent again. */
export interface StreamedBody {
  /** bytes */
  readonly size: number
  open(): Readable
  /** hex; needed where the payload is signed */
  readonly sha256: string | undefined
}

export interface S3Client {
  readonly settings: S3Settings
  /** Over TLS payloads are not signed: TLS guards them on their way, and `content-md5` at the end of it. */
  readonly secure: boolean
  /** The head of a 2xx reply. Its body must be read or destroyed. @throws DvError */
  send(operation: S3Operation, signal: AbortSignal): Promise<IncomingMessage>
  /** The same where the reply's head is all that counts: its connection is free again when this resolves. @throws DvError */
  confirm(operation: S3Operation, signal: AbortSignal): Promise<IncomingMessage>
  /** The same with the whole body as text, for small replies. @throws DvError */
  call(operation: S3Operation, signal: AbortSignal): Promise<{ readonly head: IncomingMessage; readonly text: string }>
  /** What broke a body after `send`, in dv's words. */
  explain(error: unknown, operation: S3Operation, signal: AbortSignal): unknown
  close(): void
}

const emptySha256 = sha256Hex('')

export async function openS3Client(settings: S3Settings, context: Context): Promise<S3Client> {
  const { region, endpoint } = await findWhereabouts(settings)
  const credentials = openCredentials(settings, context, region)
  const transports: Transport[] = []
  const goTo = (target: string) => {
    const address = addressOf({ ...settings, region: target, endpoint })
    const transport = openTransport({ ...settings, ...address, proxy: proxyFor(address, context.env) })
    transports.push(transport)
    return { region: target, address, transport, keyPath: `${address.keyPath}${encodeKey(settings.prefix)}` }
  }
  let place = goTo(region)
  let authorize: { readonly keys: S3Credentials; readonly region: string; readonly sign: Authorize } | undefined
  let clock = { second: -1, stamp: '' }

  const timestamp = (): string => {
    const now = context.now()
    const second = Math.floor(now / 1_000)
    if (second !== clock.second) clock = { second, stamp: amzDate(now) }
    return clock.stamp
  }
  const headersFor = (operation: S3Operation, path: string, keys: S3Credentials | undefined): string[] => {
    const { method, body, query } = operation
    const headers: [string, string][] = [...Object.entries(operation.headers ?? {}), ['host', place.address.hostHeader]]
    const unsigned: string[] = []
    if (keys !== undefined) {
      const stamp = timestamp()
      const hash = payloadHash(body, place.address.secure)
      headers.push(['x-amz-content-sha256', hash], ['x-amz-date', stamp])
      if (keys.sessionToken !== undefined) headers.push(['x-amz-security-token', keys.sessionToken])
      headers.sort(([a], [b]) => (a < b ? -1 : 1))
      if (authorize?.keys !== keys || authorize.region !== place.region)
        authorize = { keys, region: place.region, sign: openSigner(keys, place.region) }
      const signable = { method, path, query: query === undefined ? '' : encodeQuery(query), headers, payloadHash: hash }
      unsigned.push('authorization', authorize.sign(signable, stamp))
    }
    if (body !== undefined || method === 'PUT' || method === 'POST') unsigned.push('content-length', String(sizeOf(body)))
    if (body !== undefined && !isBytes(body)) unsigned.push('expect', '100-continue')
    return [...headers.flat(), ...unsigned]
  }
  const about = (operation: S3Operation, keys: S3Credentials | undefined): RequestContext => ({
    verb: operation.verb,
    target: operation.key === undefined ? settings.label : `${settings.label}/${operation.key}`,
    bucket: settings.bucket,
    remote: settings.remote,
    endpoint: place.address.endpoint,
    keysFrom: keys?.from ?? 'none, since allow_anonymous_login is set',
  })
  const send = async (operation: S3Operation, signal: AbortSignal): Promise<IncomingMessage> => {
    const { method, key, query, body } = operation
    for (let redirected = false; ; redirected = true) {
      throwIfAborted(signal)
      const keys = credentials === undefined ? undefined : (credentials.current() ?? (await credentials.load()))
      const here = place
      const path = key === undefined ? here.address.bucketPath : here.keyPath + encodeKey(key)
      const wire = {
        method,
        path: query === undefined ? path : `${path}?${encodeQuery(query)}`,
        headers: headersFor(operation, path, keys),
        body: body === undefined || isBytes(body) ? body : body.open,
      }
      let failed: FailedReply
      let elsewhere: string | undefined
      try {
        const head = await here.transport.send(wire, signal)
        const status = head.statusCode ?? 0
        if (status >= 200 && status < 300) return head
        const text = await textOf(head)
        failed = readRefusal(status, text)
        elsewhere = redirected ? undefined : regionNamedBy(head, text)
      } catch (error) {
        throw explain(error, operation, signal)
      }
      if (elsewhere === undefined || elsewhere === here.region) throw replyError(failed, about(operation, keys))
      if (place.region !== elsewhere) place = goTo(elsewhere)
    }
  }
  const explain: S3Client['explain'] = (error, operation, signal) =>
    signal.aborted ? interruption() : networkError(error, about(operation, credentials?.current()))

  return {
    settings,
    secure: place.address.secure,
    send,
    confirm: async (operation, signal) => {
      const head = await send(operation, signal)
      await new Promise<void>((resolve, reject) => {
        head.once('end', resolve)
        head.once('error', error => reject(explain(error, operation, signal)))
        head.resume()
      })
      return head
    },
    call: async (operation, signal) => {
      const head = await send(operation, signal)
      try {
        return { head, text: await textOf(head) }
      } catch (error) {
        throw explain(error, operation, signal)
      }
    },
    explain,
    close: () => {
      for (const transport of transports) transport.close()
    },
  }
}

function payloadHash(body: S3Body | undefined, secure: boolean): string {
  if (body === undefined) return emptySha256
  if (secure) return 'UNSIGNED-PAYLOAD'
  return isBytes(body) ? sha256Hex(body) : (body.sha256 ?? 'UNSIGNED-PAYLOAD')
}

const isBytes = (body: S3Body): body is Uint8Array => ArrayBuffer.isView(body)

const sizeOf = (body: S3Body | undefined): number => (body === undefined ? 0 : isBytes(body) ? body.byteLength : body.size)

/** S3 refuses what was signed for another region, and says which is right: in a header, and in the body except after HEAD. */
function regionNamedBy(head: IncomingMessage, text: string): string | undefined {
  if (![301, 307, 400].includes(head.statusCode ?? 0)) return undefined
  const named = head.headers['x-amz-bucket-region']
  return typeof named === 'string' ? named : textOfTag(text, 'Region')
}
