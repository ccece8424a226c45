/** A data set of many files on S3, and a clone in which none of them is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expectDone, filesBelow, type Said } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

export interface AbsentLab extends Pick<TrackedLab, 'git' | 'root' | 'outside' | 'commit'> {
  readonly server: S3Server
  /** dv in the clone */
  dv(...words: readonly string[]): Promise<Said>
  write(path: string, content: string): void
  read(path: string): string
  /** of the clone's cache: how many objects */
  cached(): readonly string[]
  /** Requests since it was asked last, by kind. */
  requests(): Readonly<Record<string, number>>
  /** What another clone gets by a pull: path and content of each file. */
  pulled(folder: string): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

/** `data`: 200 files in two folders; `more`: one file, `labels.csv`; both pushed. */
export async function openAbsentLab(): Promise<AbsentLab> {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  const env = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey, AWS_REGION: 'us-east-1' }
  const lab = await openReadyLab({ env })
  await expectDone(lab.dv('remote', 'modify', 'stor', 'url', 's3://lab/dvc-storage'))
  await expectDone(lab.dv('remote', 'modify', 'stor', 'endpointurl', server.url))
  for (let n = 0; n < 200; n++) lab.write(`data/${n % 2 === 0 ? 'cats' : 'dogs'}/${String(n).padStart(4, '0')}.jpg`, `image ${n}`)
  lab.write('more/labels.csv', 'labels')
  await expectDone(lab.dv('add', '-q', 'data', 'more'))
  lab.commit('one')
  await expectDone(lab.dv('push', '-q'))
  const clone = lab.clone()
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(clone, path)), { recursive: true })
    writeFileSync(join(clone, path), content)
  }
  let seen = server.requests.length
  return {
    ...lab,
    root: clone,
    server,
    dv: (...words) => lab.dvIn(clone, ...words),
    write,
    read: path => readFileSync(join(clone, path), 'utf8'),
    cached: () => filesBelow(join(clone, '.dvc/cache/files')),
    requests: () => {
      const counts: Record<string, number> = {}
      for (const { operation } of server.requests.slice(seen)) counts[operation] = (counts[operation] ?? 0) + 1
      seen = server.requests.length
      return counts
    },
    pulled: async folder => {
      // The pointers of the clone in a repository with an empty cache.
      const other = join(lab.outside, 'other')
      lab.git('clone', '-q', lab.root, other)
      for (const name of filesBelow(clone).filter(path => path.endsWith('.dvc') && !path.startsWith('.')))
        writeFileSync(join(other, name), readFileSync(join(clone, name)))
      await expectDone(lab.dvIn(other, 'pull', '-q'))
      return Object.fromEntries(filesBelow(join(other, folder)).map(path => [path, readFileSync(join(other, folder, path), 'utf8')]))
    },
    close: async () => {
      lab.close()
      await server.close()
    },
  }
}
