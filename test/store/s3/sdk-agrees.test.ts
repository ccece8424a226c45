/** The AWS SDK as the judge: it reads what dv wrote, and dv what it wrote, on the server that the other tests rely on. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { ObjectStore } from '../../../src/store/object-store.ts'
import { quietSdk } from '../../../src/store/s3/sdk-quiet.ts'
import { openS3Store } from '../../../src/store/s3/store.ts'
import { idOf, sampleBytes, sourceOf } from '../../contracts/object-store.ts'
import { openS3Server, type S3Server } from '../../doubles/s3-server.ts'
import { contextFor, never, remoteAt } from './lab.ts'

quietSdk()
let server: S3Server
let store: ObjectStore
let sdk: S3Client
beforeEach(async () => {
  server = await openS3Server()
  server.shelf.makeBucket('lab')
  store = await openS3Store(remoteAt(server, { url: "s3://lab/a b/ü+'(1)~" }), 'md5', contextFor())
  const { accessKeyId, secretAccessKey } = server
  sdk = new S3Client({ endpoint: server.url, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } })
})
afterEach(async () => {
  sdk.destroy()
  await store.close()
  await server.close()
})

const bytes = sampleBytes(150_000)
const id = idOf(bytes)
const Bucket = 'lab'
const Key = `a b/ü+'(1)~/files/md5/${id.slice(0, 2)}/${id.slice(2)}`

test('the SDK reads, lists and sizes what dv wrote, under a prefix that needs every kind of care', async () => {
  await store.write(id, sourceOf(bytes), never)
  const got = await sdk.send(new GetObjectCommand({ Bucket, Key }))
  expect((await buffer(got.Body as Readable)).equals(bytes)).toBe(true)
  expect((await sdk.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(bytes.length)
  expect((await sdk.send(new ListObjectsV2Command({ Bucket, Prefix: 'a b/' }))).Contents?.map(entry => entry.Key)).toEqual([Key])
})

test('dv reads, finds and lists what the SDK wrote, in one piece and as a stream with a checksum behind it', async () => {
  for (const Body of [bytes, Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)])]) {
    await sdk.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: bytes.length }))
    expect((await store.read(id, { signal: never }, body => buffer(body))).equals(bytes)).toBe(true)
    expect(await store.has([id], never)).toEqual(new Set([id]))
    const listed = []
    for await (const page of store.list(never)) listed.push(...page)
    expect(listed).toEqual([id])
    await sdk.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }))
    expect(await store.has([id], never)).toEqual(new Set())
  }
  expect(server.requests.some(seen => String(seen.headers['x-amz-content-sha256']).startsWith('STREAMING-'))).toBe(true)
})

test('the server keeps If-None-Match, and tells wrong checksums', async () => {
  await store.write(id, sourceOf(bytes), never)
  await expect(sdk.send(new PutObjectCommand({ Bucket, Key, Body: bytes, IfNoneMatch: '*' }))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  await expect(sdk.send(new PutObjectCommand({ Bucket, Key, Body: bytes, ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).rejects.toMatchObject({
    name: 'BadDigest',
  })
})
