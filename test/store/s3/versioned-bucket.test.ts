/** Versions, against the S3 server of the tests; e2e/s3-contract.test.ts runs the same on a real one. */
import { afterAll, beforeAll } from '@jest/globals'
import { versionedBucketContract } from '../../contracts/versioned-bucket.ts'
import { openS3Server, type S3Server } from '../../doubles/s3-server.ts'

let server: S3Server

beforeAll(async () => {
  server = await openS3Server({ pageSize: 2 })
})
afterAll(() => server.close())

versionedBucketContract('versions in process', () => ({ ...server, endpoint: server.url }))
