/** A web server in this process: files, redirections, passwords, and the ways in which real ones differ and fail. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface WebServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** by path: what is there */
  readonly files: Map<string, WebFile>
  /** every request, in the order of arrival */
  readonly requests: { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  close(): Promise<void>
}

export interface WebFile {
  readonly body?: string | Buffer
  /** default: made from the body; null: the server sends none */
  readonly etag?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** the Authorization header that is asked for */
  readonly authorization?: string
  readonly redirect?: string
  /** no HEAD here: 405 */
  readonly getOnly?: boolean
  /** no Content-Length */
  readonly chunked?: boolean
  /** so many GETs are cut off after this many bytes */
  cuts?: { left: number; readonly after: number }
  /** so many requests are answered with this status */
  failures?: { left: number; readonly status: number }
  /** never answers */
  readonly hang?: boolean
}

export interface WebOptions {
  /** what it takes files by; default: it takes none */
  readonly takes?: 'POST' | 'PUT'
  /** of every file that is taken */
  readonly about?: Partial<WebFile>
}

export async function openWebServer({ takes, about }: WebOptions = {}): Promise<WebServer> {
  const files = new Map<string, WebFile>()
  const requests: WebServer['requests'] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '')
    requests.push({ method: request.method ?? '', path, headers: request.headers })
    if (takes !== undefined && request.method === takes)
      void buffer(request).then(
        body => {
          files.set(path, { ...about, body })
          response.writeHead(201).end()
        },
        () => response.destroy(),
      )
    else answer(files.get(path), request, response)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    requests,
    close: () =>
      new Promise<void>(done => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function answer(file: WebFile | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (file?.hang) return
  const refusal = refusalOf(file, request)
  if (file === undefined || refusal !== undefined) {
    response.writeHead(refusal ?? 404, file?.redirect === undefined ? {} : { location: file.redirect }).end()
    return
  }
  const body = Buffer.from(file.body ?? '')
  const etag = file.etag === undefined ? `"${createHash('sha1').update(body).digest('hex')}"` : file.etag
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  if (range && start >= body.length) return void response.writeHead(416).end()
  response.writeHead(range ? 206 : 200, {
    ...(etag === null ? {} : { etag }),
    'content-type': 'text/plain; charset=utf-8',
    ...(range ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    ...(file.chunked ? {} : { 'content-length': String(body.length - start) }),
    ...file.headers,
  })
  const cut = request.method === 'GET' && file.cuts !== undefined && file.cuts.left-- > 0 ? file.cuts.after : undefined
  if (cut === undefined) response.end(request.method === 'HEAD' ? undefined : body.subarray(start))
  else response.write(body.subarray(start, start + cut), () => request.socket.destroy())
}

/** The status of an answer that is not the file. */
function refusalOf(file: WebFile | undefined, request: IncomingMessage): number | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405
  if (file === undefined) return 404
  if (file.failures && file.failures.left-- > 0) return file.failures.status
  if (file.redirect !== undefined) return 302
  if (file.authorization !== undefined && request.headers.authorization !== file.authorization) return 401
  return request.method === 'HEAD' && file.getOnly ? 405 : undefined
}
