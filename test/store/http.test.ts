import { buffer } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import type { ObjectStore } from '../../src/store/object-store.ts'
import { openStore } from '../../src/store/open.ts'
import { idOf, objectStoreContract, sampleBytes, sourceOf } from '../contracts/object-store.ts'
import { openWebServer, type WebFile, type WebOptions } from '../doubles/http-server.ts'

const { signal } = new AbortController()
const context = { cwd: '/', env: {}, signal, report: () => {}, now: Date.now }
const openAt = (url: string, options: Readonly<Record<string, string>> = {}): Promise<ObjectStore> =>
  openStore({ name: 'web', url, options }, 'md5', context)

const bench = async (about: WebOptions = {}, options: Readonly<Record<string, string>> = {}) => {
  const server = await openWebServer(about)
  const put = (bytes: Buffer, more: Partial<WebFile> = {}) => {
    const id = idOf(bytes)
    server.files.set(`/data/files/md5/${id.slice(0, 2)}/${id.slice(2)}`, { ...about.about, ...more, body: bytes })
    return id
  }
  return { server, put, store: await openAt(`${server.url}/data`, options), cleanUp: server.close }
}
const read = (store: ObjectStore, id: ReturnType<typeof idOf>): Promise<Buffer> => store.read(id, { signal }, body => buffer(body))

objectStoreContract('a web server that takes POST', () => bench({ takes: 'POST' }), { lists: false })
objectStoreContract(
  'a web server that takes PUT and has no HEAD',
  () => bench({ takes: 'PUT', about: { getOnly: true } }, { method: 'put' }),
  {
    lists: false,
  },
)

test('what no web server can do is refused, and says what can', async () => {
  const { put, store, cleanUp } = await bench()
  const refused = { code: 'store-refused', hint: expect.stringContaining('webdav://') }
  const listing = async () => {
    for await (const page of store.list(signal)) void page
  }
  await expect(listing()).rejects.toMatchObject(refused)
  await expect(store.remove([put(sampleBytes(1))], signal)).rejects.toMatchObject(refused)
  await store.close()
  await cleanUp()
})

test('a server that takes no uploads is named', async () => {
  const { store, cleanUp } = await bench()
  const bytes = sampleBytes(10)
  await expect(store.write(idOf(bytes), sourceOf(bytes), signal)).rejects.toMatchObject({
    code: 'store-refused',
    message: expect.stringContaining('405'),
  })
  await store.close()
  await cleanUp()
})

test('readers are sent on, writers are not', async () => {
  const other = await bench()
  const { server, store, cleanUp } = await bench()
  const bytes = sampleBytes(10)
  const id = other.put(bytes)
  const path = `/data/files/md5/${id.slice(0, 2)}/${id.slice(2)}`
  server.files.set(path, { redirect: other.server.url + path })
  expect((await read(store, id)).equals(bytes)).toBe(true)
  const moved = await openWebServer({ takes: 'PUT' })
  const asked = await openAt(`${server.url}/data`, { method: 'PUT' })
  await expect(asked.write(id, sourceOf(bytes), signal)).rejects.toMatchObject({ code: 'store-refused' })
  await Promise.all([store.close(), asked.close(), other.store.close()])
  await Promise.all([cleanUp(), other.cleanUp(), moved.close()])
})

test('a cut is asked for again; a password goes along, a wrong one is named', async () => {
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
  const { put, store, server, cleanUp } = await bench({ about: { authorization } }, { auth: 'basic', user: 'me', password: 'secret' })
  const bytes = sampleBytes(100_000)
  const id = put(bytes, { cuts: { left: 1, after: 5_000 } })
  expect(idOf(await read(store, id))).toBe(id)
  const wrong = await openAt(`${server.url}/data`, { auth: 'basic', user: 'me', password: 'guess' })
  await expect(read(wrong, id)).rejects.toMatchObject({
    code: 'access-denied',
    hint: expect.stringContaining('dv remote modify --local web'),
  })
  await Promise.all([store.close(), wrong.close()])
  await cleanUp()
})

test('a method that is no method of uploads', async () => {
  await expect(openAt('http://127.0.0.1:1/x', { method: 'PATCH' })).rejects.toMatchObject({ code: 'bad-config' })
})
