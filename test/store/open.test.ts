import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openStore } from '../../src/store/open.ts'
import { idOf, sampleBytes, sourceOf } from '../contracts/object-store.ts'
import { openS3Server } from '../doubles/s3-server.ts'
import { contextFor, never, remoteAt } from './s3/lab.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-open-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (url: string, options: Record<string, string> = {}) => openStore({ name: 'stor', url, options }, 'md5', contextFor())

test('a path is a folder', async () => {
  const store = await open(folder)
  const bytes = sampleBytes(100)
  await store.write(idOf(bytes), sourceOf(bytes), never)
  expect(await store.has([idOf(bytes)], never)).toEqual(new Set([idOf(bytes)]))
  await store.close()
})

test.each(['ftp://host/x', 'FTP://host/x', 'constructor://x', 'toString://x'])('an unknown scheme is refused: %s', async url => {
  await expect(open(url)).rejects.toMatchObject({
    code: 'bad-config',
    message: `Unsupported URL type ${url.split(':')[0]?.toLowerCase()}://`,
  })
})

test('an S3 url opens S3, with the retry around it', async () => {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  server.addFault({ operation: 'head', status: 503, code: 'SlowDown' })
  const store = await openStore(remoteAt(server), 'md5', contextFor())
  expect(store.label).toBe('s3://lab/dvc-storage')
  expect(await store.has([idOf(sampleBytes(1))], never)).toEqual(new Set())
  expect(server.unmetFaults()).toEqual([])
  expect(server.count('head')).toBe(2)
  await store.close()
  await server.close()
})
