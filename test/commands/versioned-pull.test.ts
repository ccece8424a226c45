import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'

let server: S3Server
let lab: Lab
beforeEach(async () => {
  server = await openS3Server()
  server.shelf.makeBucket('lab')
  server.shelf.keepVersions('lab')
  const env = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey, AWS_REGION: 'us-east-1' }
  lab = await openLab({ ready: true, env })
  await expectDone(lab.dv('remote', 'add', '-d', 'cloud', 's3://lab/store'))
  await expectDone(lab.dv('remote', 'modify', 'cloud', 'endpointurl', server.url))
  await expectDone(lab.dv('remote', 'modify', 'cloud', 'version_aware', 'true'))
})
afterEach(async () => {
  await server.close()
  lab.close()
})

/** Puts it on the remote, then something else over it; what a pointer says of the first version. */
function kept(key: string, text: string): string {
  const { versionId } = server.shelf.put('lab', `store/${key}`, { bytes: Buffer.from(text) })
  server.shelf.put('lab', `store/${key}`, { bytes: Buffer.from('something later') })
  const md5 = createHash('md5').update(text).digest('hex')
  return `    md5: ${md5}
    size: ${text.length}
    cloud:
      cloud:
        etag: ${md5}
        version_id: ${versionId}
`
}
const folder = (...files: readonly (readonly [string, string])[]): string =>
  `outs:\n- hash: md5\n  path: set\n  files:\n${files.map(([path, text]) => `  - relpath: ${path}\n${kept(`set/${path}`, text)}`).join('')}`
const bytesAsked = () => server.requests.filter(({ operation }) => operation === 'get').map(({ key }) => key)

test('each file comes in the version that the pointer names, and nothing else is asked for', async () => {
  const pointer = folder(['a', 'first a'], ['deep/b', 'first b'])
  lab.write('set.dvc', pointer)
  lab.write('one.dvc', `outs:\n- hash: md5\n  path: one\n${kept('one', 'only').replace(/^ {2}/gm, '')}`)
  server.requests.length = 0
  await expectDone(lab.dv('pull'))
  expect([lab.read('set/a'), lab.read('set/deep/b'), lab.read('one')]).toEqual(['first a', 'first b', 'only'])
  expect(bytesAsked().sort()).toEqual(['store/one', 'store/set/a', 'store/set/deep/b'])
  expect((await lab.dv('status')).stdout).toContain('up to date')
  expect(lab.read('set.dvc')).toBe(pointer)
})

test('a part of it takes the requests of that part', async () => {
  lab.write('set.dvc', folder(['a', 'first a'], ['deep/b', 'first b']))
  server.requests.length = 0
  await expectDone(lab.dv('pull', 'set/deep'))
  expect(bytesAsked()).toEqual(['store/set/deep/b'])
})

test('a version that holds other bytes never enters the cache, one that is gone or was never sent is named', async () => {
  const pointer = folder(['a', 'first a'], ['b', 'first b'], ['c', 'first c'])
  lab.write('set.dvc', pointer.replace(/version_id: .*(?=\n {2}- relpath: b)/, 'version_id: none').replace(/ {4}cloud:\n.*\n.*\n.*\n$/, ''))
  const pulled = await lab.dv('pull')
  expect(pulled.exit).toBe(1)
  expect(pulled.stderr).toContain('set/a')
  expect(pulled.stderr).toContain('set/c')
  expect(pulled.stderr).not.toContain('set/b')
  lab.write('set.dvc', folder(['x', 'what it says']).replace(/md5: .*\n {4}size/, `md5: ${'ab'.repeat(16)}\n    size`))
  const wrong = await lab.dv('pull')
  expect(wrong).toMatchObject({ exit: 1, stderr: expect.stringContaining('set/x') })
  expect(lab.files('.dvc/cache').filter(path => path.includes('abababab'))).toEqual([])
})

test('what is added is written down file by file, with the versions of what is as it was', async () => {
  const pointer = folder(['a', 'first a'], ['b', 'first b'])
  lab.write('set.dvc', pointer)
  await expectDone(lab.dv('pull'))
  lab.write('set/b', 'second b')
  await expectDone(lab.dv('add', 'set'))
  const md5 = createHash('md5').update('second b').digest('hex')
  expect(lab.read('set.dvc')).toBe(`${pointer.slice(0, pointer.indexOf('  - relpath: b'))}  - relpath: b\n    md5: ${md5}\n    size: 8\n`)
  const before = lab.read('set.dvc')
  lab.write('set/b', 'third b')
  expect(await lab.dv('add', '--no-commit', 'set')).toMatchObject({ exit: 1, stderr: expect.stringContaining('--no-commit') })
  expect(lab.read('set.dvc')).toBe(before)
})

test('a single file that was changed loses the version of what it was', async () => {
  lab.write('one.dvc', `outs:\n- hash: md5\n  path: one\n${kept('one', 'only').replace(/^ {2}/gm, '')}`)
  await expectDone(lab.dv('pull'))
  lab.write('one', 'another')
  await expectDone(lab.dv('add', 'one'))
  expect(lab.read('one.dvc')).not.toContain('cloud')
})
