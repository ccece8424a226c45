/** A WebDAV server in this process: files in memory, the methods that dv needs, and the ways in which real servers differ. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface DavServer {
  /** `webdav://127.0.0.1:<port>` */
  readonly url: string
  /** by decoded path, without a slash at its end; undefined: a folder */
  readonly nodes: Map<string, Buffer | undefined>
  /** `PUT /a/b`, in the order of arrival */
  readonly requests: string[]
  close(): Promise<void>
}

export interface DavOptions {
  /** the Authorization header that is asked for */
  readonly authorization?: string
  /** of the namespace: `d:`, `D:`, or '' */
  readonly prefix?: string
  /** hrefs are whole urls */
  readonly absolute?: boolean
  /** so many requests of a method are answered with the status */
  readonly failures?: { readonly method: string; readonly status: number; left: number }[]
}

export async function openDavServer(options: DavOptions = {}): Promise<DavServer> {
  const nodes = new Map<string, Buffer | undefined>([['', undefined]])
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = pathOf(request.url ?? '/')
    requests.push(`${request.method} ${path}`)
    void answer({ nodes, options, path, request, response }).catch(() => response.destroy())
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `webdav://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nodes,
    requests,
    close: () =>
      new Promise<void>(done => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

interface Asked {
  readonly nodes: DavServer['nodes']
  readonly options: DavOptions
  readonly path: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer(asked: Asked): Promise<void> {
  const { nodes, options, path, request, response } = asked
  const failure = options.failures?.find(each => each.method === request.method && each.left > 0)
  const end = (status: number): void => void response.writeHead(status).end()
  if (failure !== undefined) {
    failure.left--
    request.resume()
    return end(failure.status)
  }
  if (options.authorization !== undefined && request.headers.authorization !== options.authorization) return end(401)
  if (request.method !== 'PUT' && request.method !== 'PROPFIND' && request.headers['transfer-encoding'] !== undefined) return end(400)
  const parentIsThere = nodes.has(parentOf(path)) && nodes.get(parentOf(path)) === undefined
  switch (request.method) {
    case 'HEAD':
    case 'GET':
      return sendFile(asked)
    case 'PUT': {
      if (!parentIsThere) return end(409)
      const body = await buffer(request)
      const isNew = !nodes.has(path)
      nodes.set(path, body)
      return end(isNew ? 201 : 204)
    }
    case 'MKCOL':
      if (nodes.has(path)) return end(405)
      if (!parentIsThere) return end(409)
      nodes.set(path, undefined)
      return end(201)
    case 'MOVE': {
      const to = pathOf(new URL(String(request.headers.destination)).pathname)
      if (!nodes.has(path)) return end(404)
      if (!nodes.has(parentOf(to))) return end(409)
      if (nodes.has(to) && request.headers.overwrite === 'F') return end(412)
      nodes.set(to, nodes.get(path))
      nodes.delete(path)
      return end(201)
    }
    case 'DELETE':
      return end(nodes.delete(path) ? 204 : 404)
    case 'PROPFIND':
      return sendListing(asked)
    default:
      return end(501)
  }
}

function sendFile({ nodes, path, request, response }: Asked): void {
  const body = nodes.get(path)
  if (body === undefined) return void response.writeHead(404).end()
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  if (range && start >= body.length) return void response.writeHead(416).end()
  response.writeHead(range ? 206 : 200, { 'content-length': String(body.length - start) })
  response.end(request.method === 'HEAD' ? undefined : body.subarray(start))
}

function sendListing({ nodes, options, path, request, response }: Asked): void {
  if (!nodes.has(path)) return void response.writeHead(404).end()
  const x = options.prefix ?? 'D:'
  const origin = options.absolute ? `http://${request.headers.host}` : ''
  const below = [...nodes].filter(([each]) => each === path || (each.startsWith(`${path}/`) && !each.slice(path.length + 1).includes('/')))
  const rows = below.map(([each, body]) => {
    const href = origin + each.split('/').map(encodeURIComponent).join('/') + (body === undefined ? '/' : '')
    const kind = body === undefined ? `<${x}collection/>` : ''
    const size = body === undefined ? '' : `<${x}getcontentlength>${body.length}</${x}getcontentlength>`
    const time = `<${x}getlastmodified>${new Date().toUTCString()}</${x}getlastmodified>`
    const prop = `<${x}prop><${x}resourcetype>${kind}</${x}resourcetype>${size}${time}</${x}prop>`
    return `<${x}response><${x}href>${href}</${x}href><${x}propstat>${prop}<${x}status>HTTP/1.1 200 OK</${x}status></${x}propstat></${x}response>`
  })
  const space = x === '' ? 'xmlns="DAV:"' : `xmlns:${x.slice(0, -1)}="DAV:"`
  response.writeHead(207, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?>\n<${x}multistatus ${space}>${rows.join('\n')}</${x}multistatus>`)
}

const pathOf = (url: string): string => decodeURIComponent(url.split('?')[0] ?? '').replace(/\/+$/, '')

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
