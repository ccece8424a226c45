import { linkSync, lstatSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { openS3Server } from '../doubles/s3-server.ts'

let lab: Lab

beforeEach(async () => {
  lab = await openLab({ ready: true })
  lab.write('data/a', 'first')
  lab.write('data/sub/b', 'second')
  lab.write('one', 'alone')
  await expectDone(lab.dv('add', '-q', 'data', 'one'))
})
afterEach(() => lab.close())

const cached = (): readonly string[] => lab.files('.dvc/cache/files/md5')
const shown = async (...words: readonly string[]) => JSON.parse((await expectDone(lab.dv('drop', '--json', ...words))).stdout)
/** the object of `first` */
const first = '8b/04d5e3775d298e78455efc5ca404d5'

test('what the remote has goes from the cache and comes back; lists of files and the work tree stay', async () => {
  await expectDone(lab.dv('push'))
  const before = cached()
  expect(await shown('--dry-run')).toMatchObject({ dropped: { objects: 3, bytes: 16 }, freed: 16 })
  expect(cached()).toEqual(before)
  const said = await expectDone(lab.dv('drop'))
  expect(said.stdout).toBe('3 objects, 16 B, were dropped: 16 B of the disk are free.\n')
  expect(cached()).toEqual(before.filter(name => name.endsWith('.dir')))
  expect(lab.read('data/sub/b')).toBe('second')
  expect((await lab.dv('drop')).stdout).toBe('Nothing is in the cache that a remote has.\n')
  rmSync(join(lab.root, 'data'), { recursive: true })
  await expectDone(lab.dv('pull'))
  expect(lab.read('data/sub/b')).toBe('second')
  expect(cached()).toEqual(before)
})

test('what the remote has not stays, whatever is remembered of it', async () => {
  await expectDone(lab.dv('push'))
  const before = cached()
  unlinkSync(join(lab.outside, 'remote/files/md5', first))
  expect(await shown()).toMatchObject({ dropped: { objects: 2 }, unproven: { objects: 1 } })
  expect(cached()).toContain(first)
  expect(cached()).toHaveLength(before.length - 2)
})

test('half an object on the remote proves nothing', async () => {
  await expectDone(lab.dv('push'))
  truncateSync(join(lab.outside, 'remote/files/md5', first), 2)
  expect(await shown('data')).toMatchObject({ dropped: { objects: 1 }, unproven: { objects: 1 } })
  expect(cached()).toContain(first)
})

test('nothing was pushed: nothing goes', async () => {
  const before = cached()
  expect((await expectDone(lab.dv('drop'))).stdout).toContain('dv push')
  expect(cached()).toEqual(before)
})

test('a target is a data set, or a path inside one', async () => {
  await expectDone(lab.dv('push'))
  expect(await shown('data/sub')).toMatchObject({ dropped: { objects: 1 } })
  expect(cached()).toContain(first)
  expect(await shown('one')).toMatchObject({ dropped: { objects: 1 } })
  expect(await lab.dv('drop', 'nosuch')).toMatchObject({ exit: 1 })
})

test('with -A other versions, too', async () => {
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'v1')
  lab.write('one', 'anew')
  await expectDone(lab.dv('add', '-q', 'one'))
  lab.git('commit', '-qam', 'v2')
  await expectDone(lab.dv('push', '-A'))
  expect(await shown('one', '-A')).toMatchObject({ dropped: { objects: 2 } })
})

test('a remote that is the cache proves nothing, by whatever name', async () => {
  const before = cached()
  symlinkSync(join(lab.root, '.dvc/cache'), join(lab.outside, 'remote'))
  for (const words of [['drop'], ['gc', '-w', '--not-in-remote', '-f']]) {
    expect(await lab.dv(...words)).toMatchObject({ stderr: expect.stringContaining('the cache'), exit: 251 })
    expect(cached()).toEqual(before)
  }
})

test('what files of the work tree are symbolic links to stays; hard links keep their bytes on the disk', async () => {
  await expectDone(lab.dv('push'))
  const object = (name: string): string => join(lab.root, '.dvc/cache/files/md5', name)
  unlinkSync(join(lab.root, 'data/a'))
  symlinkSync(object(first), join(lab.root, 'data/a'))
  linkSync(object(cached().find(name => lstatSync(object(name)).size === 6) ?? ''), join(lab.outside, 'link'))
  expect(await shown()).toMatchObject({ dropped: { objects: 2, bytes: 11 }, freed: 5, linked: { objects: 1, bytes: 5 } })
  expect(lab.read('data/a')).toBe('first')
})

test('on S3 each object is asked for, and a failure drops nothing', async () => {
  const server = await openS3Server()
  try {
    server.shelf.makeBucket('lab')
    lab.write('.dvc/config', `[core]\n    remote = s\n['remote "s"']\n    url = s3://lab/p\n    endpointurl = ${server.url}\n`)
    lab.write(
      '.dvc/config.local',
      `['remote "s"']\n    access_key_id = ${server.accessKeyId}\n    secret_access_key = ${server.secretAccessKey}\n`,
    )
    await expectDone(lab.dv('push'))
    const before = cached()
    server.addFault({ operation: 'head', status: 403 })
    expect((await lab.dv('drop')).exit).toBe(1)
    expect(cached()).toEqual(before)
    expect(await shown()).toMatchObject({ dropped: { objects: 3 } })
  } finally {
    await server.close()
  }
})

test('nothing is dropped for a versioned remote', async () => {
  await expectDone(lab.dv('push'))
  writeFileSync(join(lab.root, '.dvc/config'), `[core]\n    remote = v\n['remote "v"']\n    url = s3://b/p\n    version_aware = true\n`)
  expect((await lab.dv('drop')).exit).toBe(251)
})
