/** How requests travel: TLS and whom it trusts, proxies, regions, large objects, and how many requests a question costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as requestHttp } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ObjectId } from '../../../src/base/object-id.ts'
import { openS3Store } from '../../../src/store/s3/store.ts'
import { idOf, objectStoreContract, sampleBytes, sourceOf } from '../../contracts/object-store.ts'
import { makeCertificate } from '../../doubles/s3-certificate.ts'
import { openS3Server, type S3Server, type S3ServerOptions } from '../../doubles/s3-server.ts'
import { contextFor, never, remoteAt } from './lab.ts'

const servers: S3Server[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-s3-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  rmSync(folder, { recursive: true, force: true })
})
const startServer = async (options: S3ServerOptions = {}): Promise<S3Server> => {
  const server = await openS3Server(options)
  server.shelf.makeBucket('lab')
  servers.push(server)
  return server
}
const bytes = sampleBytes(10_000)
const id = idOf(bytes)

describe('TLS', () => {
  const tls = makeCertificate()

  objectStoreContract('S3 over TLS', async () => {
    const server = await openS3Server({ tls })
    server.shelf.makeBucket('lab')
    const store = await openS3Store(remoteAt(server, { options: { ssl_verify: 'false' } }), 'md5', contextFor())
    return { store, cleanUp: server.close }
  })

  test('payloads are not signed, and carry their md5', async () => {
    const server = await startServer({ tls })
    const store = await openS3Store(remoteAt(server, { options: { ssl_verify: 'false' } }), 'md5', contextFor())
    await store.write(id, sourceOf(bytes), never)
    expect(server.requests[0]?.headers).toMatchObject({
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'content-md5': Buffer.from(id, 'hex').toString('base64'),
    })
    await store.close()
  })

  test('a certificate of nobody we know is refused, with a hint', async () => {
    const server = await startServer({ tls })
    const store = await openS3Store(remoteAt(server), 'md5', contextFor())
    await expect(store.has([id], never)).rejects.toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('is not trusted'),
      hint: expect.stringContaining('ssl_verify'),
    })
    await store.close()
  })

  test.each([
    ['ssl_verify', ''],
    ['AWS_CA_BUNDLE', ''],
    ['ssl_verify', 'sdk'],
  ])('the authority can be named: %s %s', async (way, kind) => {
    const server = await startServer({ tls })
    const file = join(folder, 'ca.pem')
    writeFileSync(file, tls.cert)
    const options: Record<string, string> = way === 'ssl_verify' ? { ssl_verify: file } : {}
    const env: Record<string, string> = way === 'ssl_verify' ? {} : { AWS_CA_BUNDLE: file }
    const store = await openS3Store(remoteAt(server, { options }), 'md5', contextFor({ ...env, DV_S3_CLIENT: kind }))
    expect(await store.has([id], never)).toEqual(new Set())
    await store.close()
  })

  test('TLS spoken to a plain port is no riddle', async () => {
    const server = await startServer()
    const store = await openS3Store(remoteAt({ ...server, url: server.url.replace('http:', 'https:') }), 'md5', contextFor())
    await expect(store.has([id], never)).rejects.toMatchObject({ code: 'store-refused', message: expect.stringContaining('certificate') })
    await store.close()
  })
})

describe('a proxy', () => {
  /** Passes plain requests on, and tunnels; says what it was asked for. */
  const proxies: (() => void)[] = []
  afterEach(() => {
    for (const close of proxies.splice(0)) close()
  })
  const startProxy = async () => {
    const asked: string[] = []
    const sockets = new Set<Socket>()
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${new URL(request.url ?? '').pathname} ${request.headers['proxy-authorization'] ?? '-'}`)
      const onward = requestHttp(request.url ?? '', { method: request.method, headers: request.headers }, reply => {
        response.writeHead(reply.statusCode ?? 0, reply.headers)
        reply.pipe(response)
      })
      request.pipe(onward)
    })
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.headers['proxy-authorization'] ?? '-'}`)
      const [host, port] = (request.url ?? '').split(':')
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        onward.pipe(socket).pipe(onward)
      })
      onward.on('error', () => socket.destroy())
      socket.on('error', () => onward.destroy())
    })
    proxy.on('connection', socket => sockets.add(socket))
    await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done))
    const { port } = proxy.address() as { port: number }
    proxies.push(() => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    })
    return { port, asked }
  }

  test('of the environment is used for TLS, in a tunnel', async () => {
    const server = await startServer({ tls: makeCertificate() })
    const proxy = await startProxy()
    const env = { HTTPS_PROXY: `http://me:pass@127.0.0.1:${proxy.port}` }
    const store = await openS3Store(remoteAt(server, { options: { ssl_verify: 'false' } }), 'md5', contextFor(env))
    await store.write(id, sourceOf(bytes), never)
    expect((await store.read(id, { signal: never }, body => buffer(body))).equals(bytes)).toBe(true)
    expect(proxy.asked).toEqual([`CONNECT Basic ${Buffer.from('me:pass').toString('base64')}`])
    await store.close()
  })

  test('of the environment is used for plain requests, whole', async () => {
    const server = await startServer()
    const proxy = await startProxy()
    const store = await openS3Store(remoteAt(server), 'md5', contextFor({ http_proxy: `127.0.0.1:${proxy.port}` }))
    await store.write(id, sourceOf(bytes), never)
    expect(await store.has([id], never)).toEqual(new Set([id]))
    expect(proxy.asked.length).toBe(2)
    await store.close()
  })

  test.each(['127.0.0.1', '*', 'example.org, .0.0.1'])('is not used for hosts in NO_PROXY: %s', async exempt => {
    const server = await startServer()
    const store = await openS3Store(remoteAt(server), 'md5', contextFor({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: exempt }))
    expect(await store.has([id], never)).toEqual(new Set())
    await store.close()
  })

  test('that does not answer is an error of the network', async () => {
    const server = await startServer({ tls: makeCertificate() })
    const store = await openS3Store(remoteAt(server), 'md5', contextFor({ HTTPS_PROXY: 'http://127.0.0.1:1' }))
    await expect(store.has([id], never)).rejects.toMatchObject({ code: 'store-unavailable' })
    await store.close()
  })
})

test('a bucket of another region is found once, and asked there from then on', async () => {
  const server = await startServer({ region: 'eu-north-1' })
  const store = await openS3Store(remoteAt(server), 'md5', contextFor({ AWS_REGION: 'us-west-2' }))
  await store.write(id, sourceOf(bytes), never)
  expect(await store.has([id], never)).toEqual(new Set([id]))
  expect(server.requests.map(seen => seen.status)).toEqual([400, 200, 200])
  await store.close()
})

test('anonymous: nothing is signed', async () => {
  const server = await startServer()
  const store = await openS3Store(remoteAt(server, { options: { allow_anonymous_login: 'true' } }), 'md5', contextFor())
  await expect(store.read(id, { signal: never }, body => buffer(body))).rejects.toMatchObject({ code: 'access-denied' })
  expect(server.requests[0]?.headers.authorization).toBeUndefined()
  expect(server.requests[0]?.headers['x-amz-date']).toBeUndefined()
  await store.close()
})

describe('a large object', () => {
  const size = 65 * 1024 * 1024
  const large = sampleBytes(size)
  const largeId = idOf(large)
  const open = async (server: S3Server) => openS3Store(remoteAt(server), 'md5', contextFor())

  test.each(['', 'sdk'])('goes in parts, and comes back %s', async kind => {
    const server = await startServer()
    const store = await openS3Store(remoteAt(server), 'md5', contextFor({ DV_S3_CLIENT: kind }))
    const path = join(folder, 'large')
    writeFileSync(path, large)
    await store.write(largeId, { ...sourceOf(large), path }, never)
    expect(server.count('upload-part')).toBe(5)
    expect(server.count('put')).toBe(0)
    expect(idOf(await store.read(largeId, { signal: never }, body => buffer(body)))).toBe(largeId)
    await store.close()
  })

  test('without a path goes in parts as well', async () => {
    const server = await startServer()
    const store = await open(server)
    await store.write(largeId, sourceOf(large), never)
    expect(idOf(await store.read(largeId, { signal: never }, body => buffer(body)))).toBe(largeId)
    await store.close()
  })

  test('of which a part fails leaves nothing, parts neither', async () => {
    const server = await startServer()
    const store = await open(server)
    server.addFault({ operation: 'upload-part', status: 500 })
    await expect(store.write(largeId, sourceOf(large), never)).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(server.unmetFaults()).toEqual([])
    expect(server.count('abort-upload')).toBe(1)
    expect(server.count('complete-upload')).toBe(0)
    expect(await store.has([largeId], never)).toEqual(new Set())
    await store.close()
  })

  test('that somebody wrote to since it was hashed is not put together', async () => {
    const server = await startServer()
    const store = await open(server)
    const path = join(folder, 'changing')
    writeFileSync(path, large)
    await store.write(largeId, { ...sourceOf(large), path, mayChange: true }, never)
    expect(server.count('complete-upload')).toBe(1)
    const other = Buffer.from(large)
    other[size - 1] = (other[size - 1] ?? 0) ^ 1
    writeFileSync(path, other)
    await expect(store.write(largeId, { ...sourceOf(large), path, mayChange: true }, never)).rejects.toMatchObject({ code: 'file-changed' })
    expect([server.count('complete-upload'), server.count('abort-upload')]).toEqual([1, 1])
    await store.close()
  })

  test('that is shorter or longer than it says is refused', async () => {
    const server = await startServer()
    const store = await open(server)
    for (const wrong of [size + 1, size - 1])
      await expect(store.write(largeId, { ...sourceOf(large), size: wrong }, never)).rejects.toMatchObject({ code: 'file-changed' })
    const path = join(folder, 'short')
    writeFileSync(path, large.subarray(1))
    await expect(store.write(largeId, { ...sourceOf(large), path }, never)).rejects.toMatchObject({ code: 'file-changed' })
    expect(server.count('complete-upload')).toBe(0)
    await store.close()
  })
})

describe('asking which objects are there', () => {
  const fill = (server: S3Server, count: number): ObjectId[] =>
    Array.from({ length: count }, (_, at) => {
      const made = idOf(Buffer.from(`object ${at}`))
      server.shelf.put('lab', `dvc-storage/files/md5/${made.slice(0, 2)}/${made.slice(2)}`, { bytes: Buffer.alloc(0) })
      return made
    })

  test.each([
    ['one id: one HEAD', 3_000, 1, { head: 1, list: 0 }],
    ['a few: a HEAD each', 3_000, 16, { head: 16, list: 0 }],
    ['many in a small bucket: one listing', 900, 400, { head: 0, list: 1 }],
    ['some in a large bucket: a HEAD each, after one page', 3_000, 17, { head: 17, list: 1 }],
    ['many in a large bucket: 16 listings, after one page', 3_000, 2_500, { head: 0, list: 17 }],
  ])('%s', async (_, total, asked, expected) => {
    const server = await startServer()
    const there = fill(server, total)
    const absent = Array.from({ length: asked }, (_none, at) => idOf(Buffer.from(`absent ${at}`)))
    const store = await openS3Store(remoteAt(server), 'md5', contextFor())
    const ids = [...there.slice(0, Math.ceil(asked / 2)), ...absent.slice(0, Math.floor(asked / 2))]
    expect(await store.has(ids, never)).toEqual(new Set(there.slice(0, Math.ceil(asked / 2))))
    expect({ head: server.count('head'), list: server.count('list') }).toEqual(expected)
    await store.close()
  })

  test('a listing of DVC 2’s objects does not go on into those of DVC 3', async () => {
    const server = await startServer({ pageSize: 10 })
    for (const made of Array.from({ length: 5 }, (_, at) => idOf(Buffer.from(`old ${at}`))))
      server.shelf.put('lab', `dvc-storage/${made.slice(0, 2)}/${made.slice(2)}`, { bytes: Buffer.alloc(0) })
    fill(server, 500)
    const store = await openS3Store(remoteAt(server), 'md5-dos2unix', contextFor())
    let seen = 0
    for await (const page of store.list(never)) seen += page.length
    expect(seen).toBe(5)
    expect(server.count('list')).toBe(1)
    await store.close()
  })

  test('removing asks once for a thousand', async () => {
    const server = await startServer()
    const there = fill(server, 1_500)
    const store = await openS3Store(remoteAt(server), 'md5', contextFor())
    await store.remove(there, never)
    expect(server.count('delete-many')).toBe(2)
    expect(server.shelf.keys('lab')).toEqual([])
    await store.close()
  })
})
