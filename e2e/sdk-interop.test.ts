/** Amazon's own client must see what dv wrote, and dv what Amazon's client wrote. */

import { readFileSync } from 'node:fs'
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { listFolder, listObjects, md5 } from './folder-listing.ts'
import { type Lab, openLab } from './lab.ts'
import { type Minio, startMinio } from './minio.ts'
import { sampleBytes } from './sample-bytes.ts'

describeWith(['minio'], 'with the AWS SDK', () => {
  let minio: Minio
  let lab: Lab
  let client: S3Client
  const files: Readonly<Record<string, Buffer>> = {
    'set/small': sampleBytes('small', 10),
    'set/empty': Buffer.alloc(0),
    'set/middle': sampleBytes('middle', 3_000_000),
    'large.bin': sampleBytes('large', 150_000_000), // several parts
  }
  beforeAll(async () => {
    minio = await startMinio()
    minio.makeBucket('lab')
    lab = openLab(minio.env)
    client = new S3Client({
      endpoint: minio.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey },
    })
    await lab.type('git init -q repo && cd repo && dv init -q && dv remote add -d store s3://lab/p')
    await lab.type(`dv remote modify store endpointurl ${minio.endpoint}`, { at: 'repo' })
    for (const [path, bytes] of Object.entries(files)) lab.write(`repo/${path}`, bytes)
    await lab.type('dv add set large.bin', { at: 'repo' })
  })
  afterAll(async () => {
    client.destroy()
    lab.remove()
    await minio.stop()
  })

  test('it reads what dv pushed', async () => {
    await lab.type('dv push', { at: 'repo' })
    const listed = await client.send(new ListObjectsV2Command({ Bucket: 'lab' }))
    expect(listed.Contents?.map(object => object.Key).filter(key => key?.endsWith('.dir'))).toHaveLength(1)
    for (const bytes of Object.values(files)) {
      const where = { Bucket: 'lab', Key: keyOf(bytes) }
      expect((await client.send(new HeadObjectCommand(where))).ContentLength).toBe(bytes.length)
      const body = await (await client.send(new GetObjectCommand(where))).Body?.transformToByteArray()
      expect(md5(body ?? Buffer.from('nothing'))).toBe(md5(bytes))
    }
  })

  test('dv pulls what it wrote', async () => {
    await lab.type('cp -r repo other && rm -rf other/.dvc/tmp && cd other && dv remote modify store url s3://lab/q')
    const cache = lab.path('repo/.dvc/cache')
    for (const line of listObjects(cache)) {
      const [key = ''] = line.split(' ')
      await client.send(new PutObjectCommand({ Bucket: 'lab', Key: `q/${key}`, Body: readFileSync(`${cache}/${key}`) }))
    }
    await lab.type('rm -rf .dvc/cache set large.bin && dv pull', { at: 'other' })
    expect(listFolder(lab.path('other/set'))).toEqual(listFolder(lab.path('repo/set')))
    expect((await lab.type('dv status --json && dv status -c --json', { at: 'other' })).stdout).toBe('{}\n{}\n')
  })

  test('the SDK as dv’s own client (DV_S3_CLIENT=sdk) leaves the same bytes', async () => {
    await lab.type('dv remote modify store url s3://lab/by-sdk && DV_S3_CLIENT=sdk dv push && rm -rf .dvc/cache set && dv pull', {
      at: 'repo',
    })
    expect(md5(readFileSync(lab.path('repo/set/middle')))).toBe(md5(files['set/middle'] ?? ''))
  })
})

const keyOf = (bytes: Uint8Array): string => `p/files/md5/${md5(bytes).slice(0, 2)}/${md5(bytes).slice(2)}`
