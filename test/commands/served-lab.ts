/** A repository whose data lies on S3, seen from a folder that knows only its address. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expectDone, type Lab, openLab, type Said } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'

export const address = 'https://lab.example/data'

export interface ServedLab extends Lab {
  readonly server: S3Server
  /** absolute */
  readonly elsewhere: string
  away(...words: readonly string[]): Promise<Said>
  /** ids asked for since the last call, lists of files as `list` */
  asked(): readonly string[]
  end(): Promise<void>
}

/** `data` has `count` files, half of them in `data/even`, of contents that differ. */
export async function openServedLab(count = 10): Promise<ServedLab> {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  const env = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey, AWS_REGION: 'us-east-1' }
  const lab = await openLab({ ready: true, env })
  await expectDone(lab.dv('remote', 'add', '-d', 'cloud', 's3://lab/store'))
  await expectDone(lab.dv('remote', 'modify', 'cloud', 'endpointurl', server.url))
  for (let at = 0; at < count; at++) lab.write(`data/${at % 2 === 0 ? 'even' : 'odd'}/${at}.txt`, `file ${at}\n`)
  lab.write('model.bin', Buffer.from([0, 255, 10, 13, 128]))
  lab.write('code/run.sh', 'run\n')
  chmodSync(join(lab.root, 'code/run.sh'), 0o755)
  await expectDone(lab.dv('add', '-q', 'data', 'model.bin'))
  await expectDone(lab.dv('push', '-q'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'data')
  lab.git('config', '--global', `url.file://${lab.root}.insteadOf`, address)
  lab.git('config', 'uploadpack.allowFilter', 'true')
  const elsewhere = join(lab.outside, 'elsewhere')
  mkdirSync(elsewhere)
  server.requests.length = 0
  return {
    ...lab,
    server,
    elsewhere,
    away: (...words) => lab.dvIn(elsewhere, ...words),
    asked: () => server.requests.splice(0).map(({ operation, key }) => (operation === 'get' && key.endsWith('.dir') ? 'list' : operation)),
    end: async () => {
      await server.close()
      lab.close()
    },
  }
}
