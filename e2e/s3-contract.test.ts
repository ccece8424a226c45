/** The contract of stores on a real S3 server: what keeps the one in process, on which `npm test` relies, honest. */
import { afterAll, beforeAll } from '@jest/globals'
import type { Context } from '../src/base/context.ts'
import type { HashKind } from '../src/base/object-id.ts'
import { openS3Store } from '../src/store/s3/store.ts'
import { objectStoreContract } from '../test/contracts/object-store.ts'
import { versionedBucketContract } from '../test/contracts/versioned-bucket.ts'
import { describeWith } from './describe-with.ts'
import { type Minio, startMinio } from './minio.ts'

let minio: Minio
let buckets = 0

describeWith(['minio'], 'a real server', () => {
  beforeAll(async () => {
    minio = await startMinio()
  })
  afterAll(() => minio.stop())

  objectStoreContract('S3 on MinIO, thin client', openOnMinio('md5', {}))
  objectStoreContract('S3 on MinIO, thin client, DVC 2 layout', openOnMinio('md5-dos2unix', {}))
  objectStoreContract('S3 on MinIO, AWS SDK', openOnMinio('md5', { DV_S3_CLIENT: 'sdk' }))
  versionedBucketContract('versions on MinIO', () => ({ ...minio, accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey }))
})

function openOnMinio(hash: HashKind, env: Record<string, string>) {
  return async () => {
    const bucket = `lab-${++buckets}`
    minio.makeBucket(bucket)
    const context: Context = {
      cwd: '/',
      env: { HOME: '/nonexistent', ...env },
      signal: new AbortController().signal,
      report: () => {},
      now: Date.now,
    }
    const options = { endpointurl: minio.endpoint, access_key_id: minio.accessKey, secret_access_key: minio.secretKey }
    const store = await openS3Store({ name: 'stor', url: `s3://${bucket}/data sets`, options }, hash, context)
    return { store, cleanUp: () => {} }
  }
}
