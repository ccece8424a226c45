import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openHashJob } from '../../src/store/hash-thread.ts'

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

test.each([0, 1, 256 * 1024, 256 * 1024 + 1, 5_000_000])('%d bytes are hashed and written, many objects side by side', async size => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-threads-'))
  const objects = Array.from({ length: 9 }, (_, at) => ({ bytes: Buffer.alloc(size, `object ${at}`), path: join(folder, `${at}`) }))
  await Promise.all(
    objects.map(async ({ bytes, path }, at) => {
      const descriptor = openSync(path, 'wx')
      const job = openHashJob(descriptor)
      const chunk = Buffer.alloc(10_000 + at)
      for (let from = 0; from < size; from += chunk.length) {
        const length = bytes.copy(chunk, 0, from)
        await job.take(chunk.subarray(0, length))
        chunk.fill(0) // it may be used again once it was taken
      }
      expect(await job.digest()).toBe(md5(bytes))
      await job.settle()
      closeSync(descriptor)
      expect(readFileSync(path).equals(bytes)).toBe(true)
    }),
  )
  rmSync(folder, { recursive: true })
})

const onLinux = existsSync('/dev/full') ? test : test.skip
onLinux('a full disk is told with its code, and the thread goes on serving others', async () => {
  const descriptor = openSync('/dev/full', 'w')
  const job = openHashJob(descriptor)
  const fill = async (): Promise<void> => {
    for (let count = 0; count < 50; count++) await job.take(Buffer.alloc(100_000))
    await job.digest()
  }
  await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' })
  await job.settle()
  closeSync(descriptor)
  const other = openHashJob(undefined)
  await other.take(Buffer.from('abc'))
  expect(await other.digest()).toBe(md5(Buffer.from('abc')))
})

onLinux('a full disk that shows only at the end is told by the digest', async () => {
  const descriptor = openSync('/dev/full', 'w')
  const job = openHashJob(descriptor)
  await job.take(Buffer.alloc(1000))
  await expect(job.digest()).rejects.toMatchObject({ code: 'ENOSPC' })
  await job.settle()
  closeSync(descriptor)
})

test('given up in the middle, it settles and writes no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-threads-'))
  const descriptor = openSync(join(folder, 'file'), 'wx')
  const job = openHashJob(descriptor)
  await job.take(Buffer.alloc(1_000_000))
  await job.settle()
  closeSync(descriptor)
  expect(readFileSync(join(folder, 'file')).length % (256 * 1024)).toBe(0)
  rmSync(folder, { recursive: true })
})
