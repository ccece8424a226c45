/** What goes wrong between here and a bucket, and what dv says then. */
import { createServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DvError, isRetriable } from '../../../src/base/error.ts'
import { pool } from '../../../src/base/pool.ts'
import type { ObjectStore } from '../../../src/store/object-store.ts'
import { openStore } from '../../../src/store/open.ts'
import { openS3Store } from '../../../src/store/s3/store.ts'
import { idOf, sampleBytes, sourceOf } from '../../contracts/object-store.ts'
import { openS3Server, type S3Server } from '../../doubles/s3-server.ts'
import { contextFor, never, remoteAt } from './lab.ts'

const bytes = sampleBytes(200_000)
const id = idOf(bytes)
const key = `dvc-storage/files/md5/${id.slice(0, 2)}/${id.slice(2)}`

describe.each(['thin', 'sdk'])('%s client', kind => {
  let server: S3Server
  let store: ObjectStore
  const env: Record<string, string> = kind === 'sdk' ? { DV_S3_CLIENT: 'sdk' } : {}
  beforeEach(async () => {
    server = await openS3Server()
    server.shelf.makeBucket('lab')
    store = await openS3Store(remoteAt(server), 'md5', contextFor(env))
  })
  afterEach(async () => {
    expect(server.unmetFaults()).toEqual([])
    await store.close()
    await server.close()
  })
  const read = (): Promise<Buffer> => store.read(id, { signal: never }, body => buffer(body))
  const write = () => store.write(id, sourceOf(bytes), never)

  test.each([
    ['cut short', { cutAfter: 70_000 }],
    ['reset', { cutAfter: 70_000, reset: true }],
    ['cut before the first byte', { cutAfter: 0 }],
  ])('a body that is %s fails inside the read, as what may help when asked again', async (_, fault) => {
    server.shelf.put('lab', key, { bytes })
    server.addFault({ operation: 'get', ...fault })
    const error = await failure(read())
    expect(error).toMatchObject({ code: 'store-unavailable' })
    expect(isRetriable(error)).toBe(true)
    expect((await read()).equals(bytes)).toBe(true)
  })

  test('a body that is cut short fails even when the consumer does not look', async () => {
    server.shelf.put('lab', key, { bytes })
    server.addFault({ operation: 'get', cutAfter: 70_000 })
    const careless = store.read(id, { signal: never }, async body => {
      let seen = 0
      body.on('data', (chunk: Buffer) => {
        seen += chunk.length
      })
      body.on('error', () => {})
      await new Promise(done => body.on('close', done))
      return seen
    })
    await expect(careless).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  test('a connection dropped before the answer', async () => {
    server.addFault({ operation: 'put', resetRequest: true })
    await expect(write()).rejects.toMatchObject({ code: 'store-unavailable' })
    await write()
  })

  test.each([
    [500, 'InternalError', 'store-unavailable'],
    [503, 'SlowDown', 'store-unavailable'],
    [429, 'TooManyRequests', 'store-unavailable'],
    [400, 'RequestTimeout', 'store-unavailable'],
    [403, 'AccessDenied', 'access-denied'],
    [400, 'ExpiredToken', 'access-denied'],
    [403, 'RequestTimeTooSkewed', 'access-denied'],
    [501, 'NotImplemented', 'store-refused'],
    [409, 'BucketNotEmpty', 'store-refused'],
  ])('status %d %s is %s', async (status, code, expected) => {
    server.addFault({ operation: 'put', status, code })
    const error = await failure(write())
    expect(error.code).toBe(expected)
    expect(error.message).toContain(`s3://lab/dvc-storage/files/md5/${id.slice(0, 2)}/`)
    expect(error.cause).toBeDefined()
    if (code === 'RequestTimeTooSkewed') expect(error.message).toContain('clock')
  })

  test('bytes that are not what the name promises are refused by the server', async () => {
    const other = store.write(id, sourceOf(sampleBytes(200_000, 1)), never)
    await expect(other).rejects.toMatchObject({ code: 'object-corrupt' })
    expect(await store.has([id], never)).toEqual(new Set())
  })

  test('a bucket that is not there', async () => {
    const elsewhere = await openS3Store(remoteAt(server, { url: 's3://nobody/x' }), 'md5', contextFor(env))
    const error = await failure(elsewhere.read(id, { signal: never }, body => buffer(body)))
    expect(error).toMatchObject({ code: 'store-refused', hint: expect.stringContaining('dv remote modify stor url') })
    expect(error.message).toContain(`there is no bucket nobody at ${server.url}`)
    await elsewhere.close()
  })

  test('wrong keys are named by where they came from, and never shown', async () => {
    const secret = 'not-the-secret-of-this-lab'
    const options = { access_key_id: server.accessKeyId, secret_access_key: secret }
    const stranger = await openS3Store(remoteAt(server, { options }), 'md5', contextFor(env))
    const error = await failure(stranger.write(id, sourceOf(bytes), never))
    expect(error.code).toBe('access-denied')
    expect(error.message).toContain(`bucket lab at ${server.url}`)
    expect(error.hint).toContain("access_key_id of remote 'stor'")
    const told = `${error.message} ${error.hint} ${stranger.label} ${String(error.cause)}`
    expect(told).not.toContain(secret)
    expect(told).not.toContain(server.accessKeyId)
    await stranger.close()
  })

  test('an abort ends what is under way', async () => {
    server.shelf.put('lab', key, { bytes })
    const control = new AbortController()
    server.addFault({ operation: 'get', hang: true })
    const reading = store.read(id, { signal: control.signal }, body => buffer(body))
    setTimeout(() => control.abort(), 50)
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
  })

  test('a server that says nothing is given up after read_timeout', async () => {
    const hasty = await openS3Store(remoteAt(server, { options: { read_timeout: '0.2' } }), 'md5', contextFor(env))
    server.addFault({ operation: 'put', hang: true })
    await expect(hasty.write(id, sourceOf(bytes), never)).rejects.toMatchObject({ code: 'store-unavailable' })
    await hasty.close()
  })
})

describe('thin client', () => {
  let server: S3Server
  beforeEach(async () => {
    server = await openS3Server()
    server.shelf.makeBucket('lab')
  })
  afterEach(() => server.close())

  test('a slow reader is no silent server', async () => {
    server.shelf.put('lab', key, { bytes: sampleBytes(4 * 1024 * 1024) })
    const store = await openS3Store(remoteAt(server, { options: { read_timeout: '0.2' } }), 'md5', contextFor())
    const length = await store.read(id, { signal: never }, async body => {
      let seen = 0
      for await (const chunk of body) {
        if (seen === 0) await new Promise(done => setTimeout(done, 900))
        seen += (chunk as Buffer).length
      }
      return seen
    })
    expect(length).toBe(4 * 1024 * 1024)
    await store.close()
  })

  test('an abort in the middle of a body', async () => {
    server.shelf.put('lab', key, { bytes: sampleBytes(4 * 1024 * 1024) })
    const store = await openS3Store(remoteAt(server), 'md5', contextFor())
    const control = new AbortController()
    const reading = store.read(id, { signal: control.signal }, async body => {
      for await (const _ of body) {
        control.abort()
        await new Promise(done => setTimeout(done, 20))
      }
    })
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
    await store.close()
  })

  test('with every third request failing, all objects arrive', async () => {
    const store = await openStore(remoteAt(server), 'md5', contextFor())
    const all = Array.from({ length: 30 }, (_, at) => sampleBytes(2_000, at))
    for (let at = 0; at < 10; at++)
      server.addFault(at % 2 === 0 ? { operation: 'put', status: 503, code: 'SlowDown' } : { operation: 'put', resetRequest: true })
    await pool(all, { limit: 8, signal: never }, item => store.write(idOf(item), sourceOf(item), never))
    server.addFault({ operation: 'get', cutAfter: 500 })
    server.addFault({ operation: 'get', wrongBytes: true })
    await pool(all, { limit: 8, signal: never }, item =>
      store.read(idOf(item), { signal: never }, async body => {
        if (idOf(await buffer(body)) !== idOf(item)) throw new DvError('object-corrupt', 'other bytes')
      }),
    )
    expect(server.unmetFaults()).toEqual([])
    expect(server.count('put')).toBe(40)
    expect(server.count('get')).toBe(32)
    await store.close()
  })

  test('a dead host is named within seconds', async () => {
    const began = Date.now()
    const store = await openStore(remoteAt({ ...server, url: `http://127.0.0.1:${await unusedPort()}` }), 'md5', contextFor())
    const error = await failure(store.has([id], never))
    expect(error.code).toBe('store-unavailable')
    expect(error.message).toMatch(/nothing answers at http:\/\/127\.0\.0\.1:\d+/)
    expect(error.hint).toContain('endpointurl')
    expect(Date.now() - began).toBeLessThan(10_000)
    await store.close()
  })

  test('a host that takes no connection is given up after connect_timeout', async () => {
    // The server accepts in the kernel, but TLS is never answered.
    const mute = createServer().listen(0, '127.0.0.1')
    await new Promise(done => mute.once('listening', done))
    const { port } = mute.address() as { port: number }
    const options = { connect_timeout: '0.3', endpointurl: `https://127.0.0.1:${port}` }
    const store = await openS3Store(remoteAt(server, { options }), 'md5', contextFor())
    const error = await failure(store.has([id], never))
    expect(error).toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('no connection within 0.3 s') })
    await store.close()
    mute.close()
  })

  test('the clock may tick between two looks at it', async () => {
    let now = Date.now()
    const store = await openS3Store(remoteAt(server), 'md5', { ...contextFor(), now: () => (now += 1_000) })
    await store.write(id, sourceOf(bytes), never)
    await store.close()
  })
})

async function failure(promise: Promise<unknown>): Promise<DvError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof DvError) return error
    throw error
  }
  throw new Error('it did not fail')
}

async function unusedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise(done => probe.once('listening', done))
  const { port } = probe.address() as { port: number }
  await new Promise(done => probe.close(done))
  return port
}
