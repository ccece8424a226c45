/** What every server of versions has to do: the one in process, and real ones. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Context } from '../../src/base/context.ts'
import type { ObjectId } from '../../src/base/object-id.ts'
import type { RemoteConfig } from '../../src/store/open.ts'
import { type ListedVersion, openVersionedBucket, type VersionedBucket } from '../../src/store/s3/versioned-bucket.ts'

export interface VersionServer {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const never = new AbortController().signal
let buckets = 0

/** `server` is asked before each test. */
export function versionedBucketContract(name: string, server: () => VersionServer): void {
  describe(name, () => {
    let sdk: S3Client
    let store: VersionedBucket
    let Bucket: string

    beforeEach(async () => {
      const { endpoint, accessKeyId, secretAccessKey } = server()
      Bucket = `versions-${++buckets}`
      sdk = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } })
      await sdk.send(new CreateBucketCommand({ Bucket }))
      store = await openVersionedBucket(remoteAt(server(), Bucket), context)
    })
    afterEach(async () => {
      await store.close()
      sdk.destroy()
    })
    const switchOn = () => sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    const write = (key: string, text: string) => store.write(key, contentOf(Buffer.from(text)), never)
    const read = (key: string, versionId?: string) =>
      store.read({ key, versionId }, { signal: never }, async body => (await buffer(body)).toString())
    const list = async (prefix: string) => {
      const all: ListedVersion[] = []
      for await (const page of store.versions(prefix, never)) all.push(...page)
      return all
    }

    test('a bucket without versions says so, and names none', async () => {
      expect(await store.keepsVersions(never)).toBe(false)
      expect(await write('a', 'one')).toEqual({ etag: md5('one'), versionId: undefined })
      expect(await store.look({ key: 'a' }, never)).toEqual({ key: 'a', versionId: undefined, etag: md5('one'), size: 3 })
    })

    test('every write is a version that can be read for ever, the newest by the key alone', async () => {
      await switchOn()
      expect(await store.keepsVersions(never)).toBe(true)
      const first = await write('a b/ü+1.txt', 'one')
      const second = await write('a b/ü+1.txt', 'two')
      expect(first.etag).toBe(md5('one'))
      expect(first.versionId).not.toBe(second.versionId)
      expect([await read('a b/ü+1.txt', first.versionId), await read('a b/ü+1.txt')]).toEqual(['one', 'two'])
      expect(await store.look({ key: 'a b/ü+1.txt', versionId: first.versionId }, never)).toMatchObject({ etag: md5('one'), size: 3 })
    })

    test('a removed key is gone, its versions are not; what never was is missing', async () => {
      await switchOn()
      const { versionId } = await write('a', 'one')
      await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'data/a' }))
      expect(await store.look({ key: 'a' }, never)).toBeUndefined()
      expect(await read('a', versionId)).toBe('one')
      await expect(read('a')).rejects.toMatchObject({ code: 'object-missing' })
      await expect(read('b', versionId)).rejects.toMatchObject({ code: 'object-missing' })
      expect((await list('')).map(({ key, isLatest, isRemoval }) => ({ key, isLatest, isRemoval }))).toEqual([
        { key: 'a', isLatest: true, isRemoval: true },
        { key: 'a', isLatest: false, isRemoval: false },
      ])
    })

    test('all versions are listed, page after page, of one key the newest first', async () => {
      await switchOn()
      const written: (string | undefined)[] = []
      for (const text of ['1', '2', '3', '4', '5']) written.unshift((await write('d/x', text)).versionId)
      await write('d/é&<', 'other')
      await write('e', 'elsewhere')
      const found = await list('d/')
      expect(found.map(each => each.key)).toEqual(['d/x', 'd/x', 'd/x', 'd/x', 'd/x', 'd/é&<'])
      expect(found.slice(0, 5).map(each => each.versionId)).toEqual(written)
      expect(found.map(each => each.isLatest)).toEqual([true, false, false, false, false, true])
      expect(found[0]).toMatchObject({ etag: md5('5'), size: 1, isRemoval: false })
      expect(Math.abs((found[0]?.time ?? 0) - Date.now())).toBeLessThan(60_000)
    })

    test('a large object goes in parts, and its version is told too', async () => {
      await switchOn()
      const bytes = Buffer.alloc(70 << 20, 'large')
      const { etag, versionId } = await store.write('big', contentOf(bytes), never)
      expect(etag).toMatch(/^[0-9a-f]{32}-\d+$/)
      expect(await store.look({ key: 'big', versionId }, never)).toEqual({ key: 'big', versionId, etag, size: bytes.length })
    })

    test('bytes that are not those of the id are refused', async () => {
      const wrong = { ...contentOf(Buffer.from('right')), source: sourceOf(Buffer.from('wrong')) }
      await expect(store.write('a', wrong, AbortSignal.timeout(3_000))).rejects.toMatchObject({ code: /object-corrupt|interrupted/ })
      expect(await store.look({ key: 'a' }, never)).toBeUndefined()
    })
  })
}

const context: Context = { cwd: '/', env: { HOME: '/nonexistent' }, signal: never, report: () => {}, now: Date.now }

const remoteAt = ({ endpoint, accessKeyId, secretAccessKey }: VersionServer, bucket: string): RemoteConfig => ({
  name: 'stor',
  url: `s3://${bucket}/data`,
  options: { endpointurl: endpoint, access_key_id: accessKeyId, secret_access_key: secretAccessKey },
})

const md5 = (bytes: string | Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const sourceOf = (bytes: Buffer) => ({ size: bytes.length, open: (start = 0) => Readable.from([bytes.subarray(start)]) })
const contentOf = (bytes: Buffer) => ({ id: md5(bytes) as ObjectId, hash: 'md5' as const, source: sourceOf(bytes) })
