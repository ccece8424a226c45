/**
 * An S3 server in this process, for tests and the demo: what dv asks of S3, no more, and byte-exact. It checks signatures and
 * checksums, counts what it was asked, and fails where it is told to. It is kept honest by the contract suite, which also runs on MinIO.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type AnswerContext, answer, S3Refusal } from './s3-answers.ts'
import { decodeBody } from './s3-body.ts'
import { type Fault, openFaults } from './s3-faults.ts'
import { openShelf, type Shelf } from './s3-shelf.ts'
import { checkSignature } from './s3-signature.ts'

export interface S3ServerOptions {
  /** objects are kept under this folder too, as `<bucket>/<key>`; otherwise in memory only */
  readonly folder?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** requests signed for another region are refused, with the right one named, as AWS does */
  readonly region?: string
  /** keys in a page of a listing, at most 1,000 */
  readonly pageSize?: number
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly port?: number
}

export type Operation =
  | 'get'
  | 'head'
  | 'put'
  | 'list'
  | 'delete'
  | 'delete-many'
  | 'create-upload'
  | 'upload-part'
  | 'complete-upload'
  | 'abort-upload'
  | 'get-versioning'
  | 'put-versioning'
  | 'list-versions'
  | 'create-bucket'
  | 'head-bucket'

export interface SeenRequest {
  readonly operation: Operation
  readonly bucket: string
  readonly key: string
  readonly headers: IncomingMessage['headers']
  status: number
}

export interface S3Server {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly shelf: Shelf
  /** every request, in the order of arrival */
  readonly requests: SeenRequest[]
  count(operation: Operation): number
  /** The next request that fits meets this fault, once unless it says otherwise. */
  addFault(fault: Fault): void
  /** faults that no request has met yet: empty at the end of an honest test */
  unmetFaults(): readonly Fault[]
  /** Drops every connection, as a server that dies. */
  dropConnections(): void
  close(): Promise<void>
}

export async function openS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const accessKeyId = options.accessKeyId ?? 'lab-key'
  const secretAccessKey = options.secretAccessKey ?? 'lab-secret'
  const shelf = openShelf(options.folder)
  const faults = openFaults()
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const context: AnswerContext = { shelf, pageSize: Math.min(options.pageSize ?? 1_000, 1_000), uploads: new Map() }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = readTarget(request)
    const seen: SeenRequest = { operation: asked.operation, bucket: asked.bucket, key: asked.key, headers: request.headers, status: 0 }
    requests.push(seen)
    const fault = faults.take(seen)
    try {
      if (fault?.delayMs !== undefined) await new Promise(done => setTimeout(done, fault.delayMs))
      if (fault?.hang === true) return
      if (fault?.resetRequest === true) return void request.socket.destroy()
      const raw = await buffer(request)
      if (fault?.status !== undefined) throw new S3Refusal(fault.status, fault.code ?? 'InternalError', 'a fault that was asked for')
      checkSignature(request, raw, { accessKeyId, secretAccessKey, region: options.region })
      const reply = answer({ ...asked, headers: request.headers, body: decodeBody(request.headers, raw) }, context)
      seen.status = reply.status
      const body = fault?.wrongBytes === true ? flipped(reply.body) : reply.body
      response.writeHead(reply.status, { 'x-amz-request-id': String(requests.length), 'content-length': body.length, ...reply.headers })
      if (fault?.cutAfter === undefined) return void response.end(asked.operation.startsWith('head') ? undefined : body)
      response.write(body.subarray(0, fault.cutAfter), () =>
        fault.reset === true ? request.socket.resetAndDestroy() : request.socket.end(),
      )
    } catch (error) {
      if (!(error instanceof S3Refusal)) throw error
      seen.status = error.status
      const text = asked.operation.startsWith('head') ? '' : error.toXml(asked.key)
      response.writeHead(error.status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(text), ...error.headers })
      response.end(text)
    }
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => request.socket.destroy()) // a client that went away in the middle of its body
  }
  const server = options.tls ? createSecureServer({ ...options.tls }, onRequest) : createServer(onRequest)
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // a reset by the client is its business
  })
  await new Promise<void>(done => server.listen(options.port ?? 0, '127.0.0.1', done))

  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accessKeyId,
    secretAccessKey,
    shelf,
    requests,
    count: operation => requests.filter(seen => seen.operation === operation).length,
    addFault: faults.add,
    unmetFaults: faults.unmet,
    dropConnections,
    close: () =>
      new Promise<void>(done => {
        server.close(() => done())
        dropConnections()
      }),
  }
}

/** Path-style only: `/<bucket>/<key>?<query>`. */
function readTarget(request: IncomingMessage) {
  const url = request.url ?? '/'
  const cut = url.indexOf('?')
  const path = decodeURIComponent(cut < 0 ? url : url.slice(0, cut)).slice(1)
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))
  const slash = path.indexOf('/')
  const bucket = slash < 0 ? path : path.slice(0, slash)
  const key = slash < 0 ? '' : path.slice(slash + 1)
  return { operation: operationOf(request.method ?? 'GET', key, query), bucket, key, query }
}

function operationOf(method: string, key: string, query: URLSearchParams): Operation {
  if (key === '') {
    if (query.has('versioning')) return method === 'PUT' ? 'put-versioning' : 'get-versioning'
    if (method === 'GET') return query.has('versions') ? 'list-versions' : 'list'
    if (method === 'POST') return 'delete-many'
    return method === 'HEAD' ? 'head-bucket' : 'create-bucket'
  }
  if (method === 'POST') return query.has('uploads') ? 'create-upload' : 'complete-upload'
  if (method === 'PUT') return query.has('uploadId') ? 'upload-part' : 'put'
  if (method === 'DELETE') return query.has('uploadId') ? 'abort-upload' : 'delete'
  return method === 'HEAD' ? 'head' : 'get'
}

function flipped(bytes: Buffer): Buffer {
  const wrong = Buffer.from(bytes)
  if (wrong.length > 0) wrong[0] = (wrong[0] ?? 0) ^ 0xff
  return wrong
}
