/** A lab with a bucket, a web server and a folder beside the repository, all with the files that DVC was shown. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openWebServer, type WebServer } from '../doubles/http-server.ts'
import { type Lab, openLab } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'

export interface UrlLab extends Lab {
  readonly s3: S3Server
  readonly web: WebServer
  put(key: string, body: string): void
  /** a file beside the repository */
  writeOutside(path: string, body: string): void
  end(): Promise<void>
}

export async function openUrlLab(): Promise<UrlLab> {
  const s3 = await openS3Server()
  const web = await openWebServer()
  for (const bucket of ['lab', 'ver']) s3.shelf.makeBucket(bucket)
  s3.shelf.keepVersions('ver')
  const lab = await openLab({
    ready: true,
    env: {
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: s3.url,
    },
  })
  const put = (key: string, body: string): void => {
    const [, bucket = '', path = ''] = /^([^/]*)\/(.*)$/s.exec(key) ?? []
    s3.shelf.put(bucket, path, { bytes: Buffer.from(body) })
  }
  for (const bucket of ['lab', 'ver']) {
    put(`${bucket}/d/a.txt`, 'hello\n')
    put(`${bucket}/d/s/b.txt`, 'bee\n')
    put(`${bucket}/d/s/é +x.txt`, 'bee\n')
    put(`${bucket}/one.csv`, '1,2\n')
  }
  put('lab/d/empty/', '')
  web.files.set('/a.txt', { body: 'hello\n', etag: '"v1"' })
  return {
    ...lab,
    s3,
    web,
    put,
    writeOutside: (path, body) => {
      mkdirSync(dirname(join(lab.outside, path)), { recursive: true })
      writeFileSync(join(lab.outside, path), body)
    },
    end: async () => {
      lab.close()
      await s3.close()
      await web.close()
    },
  }
}
