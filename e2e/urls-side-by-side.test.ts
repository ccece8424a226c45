/** dv and dvc import the same URLs into two repositories: pointers, ignore lines, data and remotes are the same bytes, and dvc goes on with dv's. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openWebServer, type WebServer } from '../test/doubles/http-server.ts'
import { describeWith } from './describe-with.ts'
import { listFolder } from './folder-listing.ts'
import { type Lab, openLab } from './lab.ts'
import { type Minio, startMinio } from './minio.ts'

const programs = ['dvc', 'dv'] as const
/** Without the temporary files that dvc leaves. */
const objectsIn = (folder: string): string[] =>
  listFolder(folder).filter(line => /^files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(?:\.dir)? /.test(line))

describeWith(['dvc', 'minio', 's5cmd'], 'imports by URL', () => {
  let lab: Lab
  let minio: Minio
  let web: WebServer
  beforeAll(async () => {
    minio = await startMinio()
    for (const bucket of ['lab', 'ver']) minio.makeBucket(bucket)
    web = await openWebServer()
    web.files.set('/a.txt', { body: 'hello\n', etag: '"v1"' })
    web.files.set('/plain', { body: 'nothing is said of it\n', etag: null, headers: { 'last-modified': 'Sat, 21 Nov 2026 12:10:30 GMT' } })
    lab = openLab({ ...minio.env, AWS_ENDPOINT_URL: minio.endpoint, S3_ENDPOINT_URL: minio.endpoint })
    await lab.type('s5cmd bucket-version --set Enabled s3://ver')
    lab.write('source/a.txt', 'hello\n')
    lab.write('source/s/b.txt', 'bee\n')
    lab.write('source/s/é +x.txt', 'bee\n')
    await lab.type('for b in lab ver; do s5cmd cp "source/*" s3://$b/d/; s5cmd cp source/a.txt s3://$b/one.csv; done')
    await lab.type('chmod 755 source/a.txt')
    for (const name of programs)
      await lab.type(
        `mkdir ${name} && cd ${name} && git init -q && dvc init -q && dvc remote add -q -d stor ../remote-${name} && dvc remote add -q s3r s3://lab/d`,
      )
  }, 60_000)
  afterAll(async () => {
    lab.remove()
    await web.close()
    await minio.stop()
  })

  const inBoth = async (...words: readonly string[]): Promise<void> => {
    for (const name of programs) await lab.run(name, words, { at: name })
  }
  const expectSame = (...paths: readonly string[]): void => {
    for (const path of paths)
      expect([path, readFileSync(lab.path('dv', path), 'utf8')]).toEqual([path, readFileSync(lab.path('dvc', path), 'utf8')])
  }

  test('buckets, versions, the web, remotes and disks', async () => {
    await inBoth('import-url', 's3://lab/one.csv')
    await inBoth('import-url', 's3://lab/d', 'folder')
    await inBoth('import-url', 's3://ver/one.csv', 'seen.csv')
    await inBoth('import-url', '--version-aware', 's3://ver/d', 'versions')
    await inBoth('import-url', `${web.url}/a.txt`, 'page.txt')
    await inBoth('import-url', `${web.url}/plain`)
    await inBoth('import-url', 'remote://s3r/s', 'below')
    await inBoth('import-url', '../source', 'disk')
    await inBoth('import-url', '../source/a.txt', 'tool')
    await inBoth('import-url', '--no-download', 's3://lab/d', 'later')
    await inBoth('import-url', '--no-exec', 's3://lab/one.csv', 'noted')
    await inBoth('import-url', '--to-remote', 's3://lab/d', 'sent')
    await inBoth('add', 's3://lab/one.csv', '-o', 'copied.csv')
    const pointers = 'one.csv folder seen.csv versions page.txt plain below disk tool later noted sent copied.csv'
      .split(' ')
      .map(name => `${name}.dvc`)
    expectSame('.gitignore', ...pointers)
    const dataOf = (name: string) => listFolder(lab.path(name), { without: ['.dvc', '.git'] })
    expect(dataOf('dv')).toEqual(dataOf('dvc'))
    expect(objectsIn(lab.path('remote-dv'))).toHaveLength(3)
    expect(objectsIn(lab.path('remote-dv'))).toEqual(objectsIn(lab.path('remote-dvc')))
  }, 70_000)

  test('dvc finds nothing wrong with them, and updates them', async () => {
    const status = async (name: string) => JSON.parse((await lab.run('dvc', ['status', '--json'], { at: name })).stdout) as unknown
    expect(await status('dv')).toEqual(await status('dvc'))
    lab.write('source/new.txt', 'new\n')
    await lab.type('s5cmd cp source/new.txt s3://lab/d/new.txt; s5cmd cp source/new.txt s3://ver/one.csv')
    for (const name of programs) await lab.run('dvc', ['update', 'folder.dvc', 'seen.csv.dvc', 'disk.dvc', 'plain.dvc'], { at: name })
    expectSame('folder.dvc', 'seen.csv.dvc', 'disk.dvc', 'plain.dvc', 'folder/new.txt', 'seen.csv')
  }, 60_000)

  test('what is not there, and what is in the way: the same exit status, nothing changed', async () => {
    const before = programs.map(name => readFileSync(lab.path(name, '.gitignore'), 'utf8'))
    for (const words of [
      ['import-url', 's3://lab/nosuch'],
      ['import-url', `${web.url}/nosuch`, 'x'],
      ['import-url', 's3://lab/one.csv'],
      ['import-url', 'ftp://x/y'],
      ['get-url', 's3://lab/nosuch'],
      ['list-url', 's3://lab/nosuch'],
    ]) {
      const [dvc, dv] = await Promise.all(programs.map(name => lab.run(name, words, { at: name, exit: 'any' })))
      expect({ words, exit: dv?.exit }).toEqual({ words, exit: dvc?.exit })
    }
    expect(programs.map(name => readFileSync(lab.path(name, '.gitignore'), 'utf8'))).toEqual(before)
  }, 60_000)
})
