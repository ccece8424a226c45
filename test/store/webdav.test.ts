import { buffer } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import type { ObjectStore } from '../../src/store/object-store.ts'
import { openStore } from '../../src/store/open.ts'
import { parseMultistatus } from '../../src/store/webdav/multistatus.ts'
import { idOf, objectStoreContract, sampleBytes, sourceOf } from '../contracts/object-store.ts'
import { type DavOptions, openDavServer } from '../doubles/webdav-server.ts'

const { signal } = new AbortController()
const context = { cwd: '/', env: {}, signal, report: () => {}, now: Date.now }
const openAt = (url: string, options: Readonly<Record<string, string>> = {}): Promise<ObjectStore> =>
  openStore({ name: 'dav', url, options }, 'md5', context)

const bench = async (about: DavOptions = {}, options: Readonly<Record<string, string>> = {}) => {
  const server = await openDavServer(about)
  return { server, store: await openAt(`${server.url}/remote.php/my files`, options), cleanUp: server.close }
}

objectStoreContract('a WebDAV server', () => bench())
objectStoreContract('a WebDAV server with another prefix and whole urls', () => bench({ prefix: 'lp1:', absolute: true }))
objectStoreContract('a WebDAV server without a prefix that asks for a password', () =>
  bench({ prefix: '', authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` }, { user: 'me', password: 'secret' }),
)

test('an object lies where dvc looks for it, and nothing else is left', async () => {
  const { server, store, cleanUp } = await bench()
  const bytes = sampleBytes(100)
  const id = idOf(bytes)
  await store.write(id, sourceOf(bytes), signal)
  const files = [...server.nodes].flatMap(([path, body]) => (body === undefined ? [] : [path]))
  expect(files).toEqual([`/remote.php/my files/files/md5/${id.slice(0, 2)}/${id.slice(2)}`])
  await store.close()
  await cleanUp()
})

test('folders are made once, however many objects there are', async () => {
  const { server, store, cleanUp } = await bench()
  const all = Array.from({ length: 20 }, (_, at) => sampleBytes(10 + at))
  await Promise.all(all.map(bytes => store.write(idOf(bytes), sourceOf(bytes), signal)))
  const made = server.requests.filter(request => request.startsWith('MKCOL'))
  // each folder at most three times: refused since its parent is missing, made, and once more by who came meanwhile
  expect(made.length).toBeLessThanOrEqual(3 * (new Set(all.map(bytes => idOf(bytes).slice(0, 2))).size + 6))
  await store.write(idOf(all[0] as Buffer), sourceOf(all[0] as Buffer), signal)
  expect(server.requests.slice(-2).map(request => request.split(' ')[0])).toEqual(['PUT', 'MOVE'])
  await store.close()
  await cleanUp()
})

test('many ids of one folder are answered by one listing, few by HEAD', async () => {
  const { server, store, cleanUp } = await bench()
  const bytes = sampleBytes(10)
  const id = idOf(bytes)
  await store.write(id, sourceOf(bytes), signal)
  server.requests.length = 0
  const others = Array.from({ length: 50 }, (_, at) => (id.slice(0, 2) + String(at).padStart(30, '0')) as typeof id)
  expect(await store.has([id, ...others], signal)).toEqual(new Set([id]))
  expect(server.requests).toEqual([`PROPFIND /remote.php/my files/files/md5/${id.slice(0, 2)}`])
  server.requests.length = 0
  expect(await store.has([id], signal)).toEqual(new Set([id]))
  expect(server.requests.map(request => request.split(' ')[0])).toEqual(['HEAD'])
  await store.close()
  await cleanUp()
})

test('a write that is refused leaves nothing, and one that the server was too busy for is made again', async () => {
  const bytes = sampleBytes(10)
  const id = idOf(bytes)
  for (const [status, code] of [
    [403, 'access-denied'],
    [507, 'store-refused'],
  ] as const) {
    const { server, store, cleanUp } = await bench({ failures: [{ method: 'MOVE', status, left: 1 }] })
    await expect(store.write(id, sourceOf(bytes), signal)).rejects.toMatchObject({ code })
    expect([...server.nodes.values()].filter(body => body !== undefined)).toEqual([])
    await store.close()
    await cleanUp()
  }
  const { store, cleanUp } = await bench({ failures: [{ method: 'PUT', status: 503, left: 1 }] })
  await store.write(id, sourceOf(bytes), signal)
  expect(idOf(await store.read(id, { signal }, body => buffer(body)))).toBe(id)
  await store.close()
  await cleanUp()
})

test('a wrong password is one clear error with the line that mends it', async () => {
  const { store, cleanUp } = await bench({ authorization: 'Bearer good' }, { user: 'me', password: 'secret' })
  await expect(store.has([idOf(sampleBytes(1))], signal)).rejects.toMatchObject({
    code: 'access-denied',
    hint: expect.stringContaining('dv remote modify --local dav user'),
  })
  await store.close()
  await cleanUp()
})

test.each<[string, Readonly<Record<string, string>>]>([
  ['a token', { token: 'good' }],
  ['a command that prints one', { bearer_token_command: 'echo good' }],
  ['a header of its own', { custom_auth_header: 'Authorization', password: 'Bearer good' }],
])('who one is can be said by %s', async (_, options) => {
  const { store, cleanUp } = await bench({ authorization: 'Bearer good' }, options)
  expect(await store.has([idOf(sampleBytes(1))], signal)).toEqual(new Set())
  await store.close()
  await cleanUp()
})

test('a command that gives no token is named, and what it printed is not', async () => {
  for (const command of ['echo "se cret"', 'exit 3', 'true'])
    await expect(openAt('webdav://127.0.0.1:1/x', { bearer_token_command: command })).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.not.stringContaining('cret'),
    })
})

test('options that are wrong', async () => {
  for (const options of [{ custom_auth_header: 'x-me' }, { cert_path: '/no/such/file' }, { timeout: 'soon' }])
    await expect(openAt('webdav://127.0.0.1:1/x', options as Record<string, string>)).rejects.toMatchObject({ code: 'bad-config' })
})

test('a listing with names in every disguise', () => {
  const text = `<?xml version="1.0"?><a:multistatus xmlns:a="DAV:">
    <a:response><a:href>/d/a%20b&amp;c</a:href><a:propstat><a:prop><a:getcontentlength>7</a:getcontentlength></a:prop></a:propstat></a:response>
    <a:response><a:href><![CDATA[/d/raw]]></a:href><a:prop><a:resourcetype><a:collection /></a:resourcetype></a:prop></a:response>
    <a:response><a:href>http://other.example/d/x</a:href></a:response>
    <a:response><a:href>/d/%zz</a:href></a:response>
    <a:response><a:status>HTTP/1.1 200 OK</a:status></a:response></a:multistatus>`
  const found = parseMultistatus(text, new URL('http://lab.example/d/'))
  expect(found.map(({ path, isFolder, size }) => [path, isFolder, size])).toEqual([
    ['/d/a b&c', false, 7],
    ['/d/raw', true, 0],
  ])
})
