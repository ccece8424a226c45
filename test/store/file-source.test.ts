import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openSource } from '../../src/store/open-source.ts'
import { fileSourceContract, lookAtFile, readAll, type SourceBench, signal } from '../contracts/file-source.ts'
import { openWebServer, type WebFile } from '../doubles/http-server.ts'
import { openS3Server } from '../doubles/s3-server.ts'

const context = { cwd: '/', env: {}, signal, report: () => {}, now: Date.now }
const openAt = (url: string, options: Readonly<Record<string, string>> = {}, env = {}) =>
  openSource({ name: 'here', url, options }, { ...context, env })

const folderBench = async (): Promise<SourceBench & { readonly root: string }> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'dv-source-')))
  return {
    root,
    open: path => openAt(path === '' ? root : `${root}/${path}`),
    put: (path, bytes) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), bytes)
    },
    close: async () => rmSync(root, { recursive: true, force: true }),
  }
}

const s3Bench = async () => {
  const server = await openS3Server({ pageSize: 2 })
  server.shelf.makeBucket('lab')
  const options = {
    endpointurl: server.url,
    access_key_id: server.accessKeyId,
    secret_access_key: server.secretAccessKey,
    region: 'us-east-1',
  }
  return {
    server,
    open: (path: string, more: Readonly<Record<string, string>> = {}) => openAt(`s3://lab/${path}`, { ...options, ...more }),
    put: (path: string, bytes: string | Buffer) => void server.shelf.put('lab', path, { bytes: Buffer.from(bytes) }),
    close: server.close,
  }
}

const webBench = async (about: Partial<WebFile> = {}) => {
  const server = await openWebServer()
  return {
    server,
    open: (path: string, options: Readonly<Record<string, string>> = {}, env = {}) =>
      openAt(`${server.url}/${path.split('/').map(encodeURIComponent).join('/')}`, options, env),
    put: (path: string, body: string | Buffer) => void server.files.set(`/${path}`, { ...about, body }),
    close: server.close,
  }
}

fileSourceContract('a folder', folderBench, { folders: true })
fileSourceContract('a bucket', s3Bench, { folders: true })
fileSourceContract('a web server', () => webBench(), { folders: false })
fileSourceContract('a web server without HEAD and lengths', () => webBench({ getOnly: true, chunked: true }), {
  folders: false,
  sizes: false,
})

test('a scheme that is not known', async () => {
  await expect(openAt('ftp://host/x')).rejects.toMatchObject({
    code: 'bad-config',
    message: expect.stringContaining('Unsupported URL type ftp://'),
  })
})

test('a folder: links to files are followed, those to folders are not walked, and a broken one is nothing', async () => {
  const bench = await folderBench()
  bench.put('d/x', 'x')
  symlinkSync('x', join(bench.root, 'd/y'))
  symlinkSync('.', join(bench.root, 'd/loop'))
  symlinkSync('nowhere', join(bench.root, 'd/broken'))
  const source = await bench.open('d')
  const found: string[] = []
  for await (const page of source.files(signal)) found.push(...page.map(file => file.path))
  expect(found.sort()).toEqual(['x', 'y'])
  await bench.close()
})

test('a bucket with versions: each file with its own, and an old one when it is named', async () => {
  const bench = await s3Bench()
  bench.server.shelf.keepVersions('lab')
  bench.put('d/a', 'one')
  const first = await lookAtFile(await bench.open('d/a'))
  bench.put('d/a', 'two')
  bench.put('d/gone', 'x')
  bench.server.shelf.delete('lab', 'd/gone')
  bench.put('d/empty/', '')
  const source = await bench.open('d/a')
  const now = await lookAtFile(source)
  expect(now.versionId).not.toBe(first.versionId)
  expect(await source.look(signal, first.versionId)).toEqual(first)
  expect(String(await readAll(source, first))).toBe('one')
  const folder = await bench.open('d/', { version_aware: 'true' })
  const pages: unknown[] = []
  for await (const page of folder.files(signal)) pages.push(...page)
  expect(pages).toEqual([{ ...now, path: 'a' }])
  await Promise.all([source.close(), folder.close(), bench.close()])
})

test('the web: a redirection is followed, and the password stays with the host it is for', async () => {
  const other = await webBench()
  const bench = await webBench({ authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` })
  other.put('b', 'here it is')
  bench.put('same', 'mine')
  bench.server.files.set('/a', { redirect: `${other.server.url}/b` })
  bench.server.files.set('/c', { redirect: '/same' })
  const login = { auth: 'basic', user: 'me', password: 'secret' }
  const away = await bench.open('a', login)
  expect(String(await readAll(away, await lookAtFile(away)))).toBe('here it is')
  expect(bench.server.requests[0]?.headers.authorization).toBeDefined()
  expect(other.server.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  const same = await bench.open('c', login)
  expect(String(await readAll(same, await lookAtFile(same)))).toBe('mine')
  await expect((await bench.open('same')).look(signal)).rejects.toMatchObject({ code: 'access-denied' })
  await Promise.all([away.close(), same.close(), bench.close(), other.close()])
})

test('the web: redirections that go in a circle, or to another protocol', async () => {
  const bench = await webBench()
  bench.server.files.set('/circle', { redirect: '/circle' })
  bench.server.files.set('/file', { redirect: 'file:///etc/passwd' })
  for (const path of ['circle', 'file'])
    await expect((await bench.open(path)).look(signal)).rejects.toMatchObject({ code: 'store-refused' })
  await bench.close()
})

test('the web: what breaks or is busy is asked again; what hangs is named', async () => {
  const bench = await webBench()
  bench.server.files.set('/cut', { body: 'x'.repeat(100_000), cuts: { left: 1, after: 5_000 } })
  bench.server.files.set('/busy', { body: 'y', failures: { left: 1, status: 503 } })
  bench.server.files.set('/hang', { hang: true })
  const cut = await bench.open('cut')
  expect(await readAll(cut, await lookAtFile(cut))).toHaveLength(100_000)
  expect(String(await readAll(await bench.open('busy'), await lookAtFile(await bench.open('busy'))))).toBe('y')
  const silent = await bench.open('hang', { read_timeout: '0.1' })
  await expect(silent.look(signal)).rejects.toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('is silent') })
  await cut.close()
  await bench.close()
})

test('the web: by way of a proxy', async () => {
  const bench = await webBench()
  const proxy = await openWebServer()
  proxy.files.set('http://lab.example:80/x', { body: 'through' })
  const source = await openAt('http://lab.example/x', {}, { HTTP_PROXY: proxy.url })
  expect(String(await readAll(source, await lookAtFile(source)))).toBe('through')
  await source.close()
  await Promise.all([bench.close(), proxy.close()])
})

test("the web: DVC's number for a file of which the server says nothing but size and time", async () => {
  const bench = await webBench()
  // What DVC 3.67.1 wrote for this reply, asked for at http://127.0.0.1:29912/a.txt
  const { checksumOf } = await import('../../src/store/http/checksum.ts')
  const url = new URL('http://127.0.0.1:29912/a.txt')
  const headers = { 'content-type': 'text/plain', 'last-modified': 'Sat, 21 Nov 2026 12:10:30 GMT' }
  expect(checksumOf({ asked: url, url, headers, size: 6 })).toBe('162806994765859847068045125868990417429')
  expect(checksumOf({ asked: url, url, headers: { ...headers, 'content-md5': 'abc=' }, size: 6 })).toBe('abc=')
  expect(checksumOf({ asked: url, url, headers: { ...headers, etag: '"E"', 'content-md5': 'abc=' }, size: 6 })).toBe('"E"')
  await bench.close()
})
