import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openS3Server } from '../doubles/s3-server.ts'
import { objects, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab

beforeEach(async () => {
  lab = await openTrackedLab()
  await expectDone(lab.dv('remote', 'add', 'backup', '../backup'))
})
afterEach(() => lab.close())

const on = (name: string): readonly string[] => filesBelow(join(lab.outside, name)).filter(path => path.startsWith('files/'))
const all = 5

test('each remote gets what it lacks', async () => {
  await expectDone(lab.dv('push'))
  expect((await expectDone(lab.dv('push', '--all-remotes', '--dry-run'))).stdout).toContain('5 files to push')
  expect(on('backup')).toEqual([])
  expect((await expectDone(lab.dv('push', '--all-remotes'))).stdout).toContain('5 files pushed')
  expect(on('backup')).toEqual(on('remote'))
  expect(on('backup')).toHaveLength(all)
  expect((await expectDone(lab.dv('push', '--all-remotes'))).stdout).toBe('Everything is up to date.\n')
})

test('what has a remote of its own goes to that one alone', async () => {
  writeFileSync(join(lab.root, 'f.txt.dvc'), `${lab.read('f.txt.dvc')}  remote: backup\n`)
  await expectDone(lab.dv('push', '--all-remotes'))
  expect(on('remote')).toHaveLength(all - 1)
  expect(on('backup')).toHaveLength(all)
})

test('a remote that refuses is named, and the others are served', async () => {
  const server = await openS3Server()
  try {
    await expectDone(lab.dv('remote', 'add', 'away', 's3://nosuch/p'))
    for (const [key, value] of [
      ['endpointurl', server.url],
      ['access_key_id', server.accessKeyId],
      ['secret_access_key', server.secretAccessKey],
    ] as const)
      await expectDone(lab.dv('remote', 'modify', '--local', 'away', key, value))
    const said = await lab.dv('push', '--all-remotes')
    expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining("'away'") })
    expect(said.stderr).not.toContain(server.secretAccessKey)
    expect(on('remote')).toHaveLength(all)
    expect(on('backup')).toContain(objects.a)
  } finally {
    await server.close()
  }
})

test('a remote and all of them do not go together; a target that is not there fails', async () => {
  expect((await lab.dv('push', '--all-remotes', '-r', 'stor')).exit).toBe(1)
  expect(await lab.dv('push', '--all-remotes', 'nosuch')).toMatchObject({ exit: 1, stderr: expect.stringContaining('nosuch') })
  expect(on('remote')).toEqual([])
})
