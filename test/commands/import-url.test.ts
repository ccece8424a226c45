/** The pointers are those that DVC 3.67.1 wrote of the same files. */
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parsePointer } from '../../src/format/pointer.ts'
import { checksumOfPointer } from '../../src/format/pointer-checksum.ts'
import { expectDone } from '../doubles/lab.ts'
import { openUrlLab, type UrlLab } from './url-lab.ts'

let lab: UrlLab
beforeEach(async () => {
  lab = await openUrlLab()
})
afterEach(() => lab.end())

const folderOut = (path: string): string =>
  `outs:\n- md5: c84436ef6ad3338d680470de9f626735.dir\n  size: 14\n  nfiles: 3\n  hash: md5\n  path: ${path}\n`
const folderDep = (path: string): string =>
  `deps:\n- md5: 411019ebca09ef579fd209d31e8e4c85.dir\n  size: 14\n  nfiles: 3\n  hash: md5\n  path: ${path}\n`
const fileOut = (path: string): string => `outs:\n- md5: 3ecfad755fa825f7a17c5526ec44e651\n  size: 4\n  hash: md5\n  path: ${path}\n`

test('a file and a folder of a bucket', async () => {
  const said = await expectDone(lab.dv('import-url', 's3://lab/one.csv', 's3one.csv'))
  expect(said.stdout).toBe(
    's3://lab/one.csv -> s3one.csv: 4 B, imported\n\nTo track the changes with git:\n\n\tgit add .gitignore s3one.csv.dvc\n',
  )
  expect(lab.read('s3one.csv.dvc')).toBe(
    `md5: a5244bea016cd3889148f17a56f8eb66\nfrozen: true\ndeps:\n- etag: 3ecfad755fa825f7a17c5526ec44e651\n  size: 4\n  hash: md5\n  path: s3://lab/one.csv\n${fileOut('s3one.csv')}`,
  )
  expect(lab.read('s3one.csv')).toBe('1,2\n')
  await expectDone(lab.dv('import-url', 's3://lab/d', 's3d'))
  expect(lab.read('s3d.dvc')).toBe(`md5: 7c960141cc7517cb8e3a3df8ca01aaac\nfrozen: true\n${folderDep('s3://lab/d')}${folderOut('s3d')}`)
  expect(lab.files('s3d')).toEqual(['a.txt', 's/b.txt', 's/é +x.txt'])
  await expectDone(lab.dv('import-url', 's3://lab/d/', 's3dslash'))
  expect(lab.read('s3dslash.dvc')).toContain('md5: 3b0d41b7106acf6a3dc6fd7ec2635abc\n')
  expect(lab.read('.gitignore')).toBe('/s3one.csv\n/s3d\n/s3dslash\n')
  expect((await lab.dv('status')).stdout).toContain('up to date')
  expect(JSON.parse((await lab.dv('push', '--json')).stdout).moved).toBe(4)
})

test('what the cache has by its md5 is not fetched again', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/d'))
  // Two of the three are the same bytes, but were on their way together.
  const gets = lab.s3.count('get')
  expect(gets).toBeLessThanOrEqual(3)
  await expectDone(lab.dv('import-url', 's3://lab/d', 'again'))
  expect(lab.s3.count('get')).toBe(gets)
})

test('a file of the web', async () => {
  await expectDone(lab.dv('import-url', `${lab.web.url}/a.txt`, 'h.txt'))
  const text = lab.read('h.txt.dvc')
  expect(text.slice(text.indexOf('deps'))).toBe(
    `deps:\n- checksum: '"v1"'\n  size: 6\n  hash: md5\n  path: ${lab.web.url}/a.txt\nouts:\n- md5: b1946ac92492d2347c6235b4d2611184\n  size: 6\n  hash: md5\n  path: h.txt\n`,
  )
  const pointer = parsePointer(text, 'h.txt.dvc')
  expect(pointer.rest['md5']).toBe(checksumOfPointer(pointer))
})

test('remote://name/path has the options of the remote', async () => {
  await expectDone(lab.dv('remote', 'add', 's3r', 's3://lab/d'))
  await expectDone(lab.dv('import-url', 'remote://s3r/s', 'rs'))
  expect(lab.read('rs.dvc')).toBe(
    'md5: 5f2762f82d02f8786cbe83ccd217bbc5\nfrozen: true\ndeps:\n- md5: 0459e75952118a54c355f37b1107d865.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: remote://s3r/s\n' +
      'outs:\n- md5: 0da35324c40e69f471a6592250fb1c88.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: rs\n',
  )
  await expectDone(lab.dv('import-url', 'remote://s3r/a.txt', 'ra.txt'))
  expect(lab.read('ra.txt.dvc')).toContain('md5: 44c4ea04c467d74785b2e615ded10cd0\n')
  expect((await lab.dv('import-url', 'remote://nosuch/a.txt')).stderr).toContain("remote 'nosuch' doesn't exist")
})

test('versions: of a file, of each file in a folder, and the one that the URL names', async () => {
  await expectDone(lab.dv('import-url', '--version-aware', 's3://ver/d', 'vd'))
  const idOf = (key: string): string | undefined => lab.s3.shelf.get('ver', key)?.versionId
  const text = lab.read('vd.dvc')
  const entry = (path: string, etag: string, size: number) =>
    `  - relpath: ${path}\n    etag: ${etag}\n    size: ${size}\n    version_id: ${idOf(`d/${path}`)}\n`
  expect(text.slice(text.indexOf('deps'))).toBe(
    `deps:\n- hash: md5\n  path: s3://ver/d\n  fs_config:\n    version_aware: true\n  files:\n${entry('a.txt', 'b1946ac92492d2347c6235b4d2611184', 6)}${entry('s/b.txt', '4e82da0cca1f18a97843ba4c897cdc72', 4)}${entry('s/é +x.txt', '4e82da0cca1f18a97843ba4c897cdc72', 4)}${folderOut('vd')}  push: false\n`,
  )
  const first = idOf('one.csv')
  lab.put('ver/one.csv', '3,4,5\n')
  await expectDone(lab.dv('import-url', `s3://ver/one.csv?versionId=${first}`, 'old.csv'))
  expect(lab.read('old.csv')).toBe('1,2\n')
  expect(lab.read('old.csv.dvc')).toContain(
    `- etag: 3ecfad755fa825f7a17c5526ec44e651\n  size: 4\n  version_id: ${first}\n  hash: md5\n  path: s3://ver/one.csv\n  fs_config:\n    version_aware: true\n`,
  )
  await expectDone(lab.dv('import-url', 's3://ver/one.csv', 'new.csv'))
  expect(lab.read('new.csv.dvc')).toContain(`  version_id: ${idOf('one.csv')}\n  hash: md5\n  path: s3://ver/one.csv\nouts:`)
})

test('--no-download and --no-exec', async () => {
  await expectDone(lab.dv('import-url', '--no-download', 's3://lab/d', 'nd'))
  expect(lab.read('nd.dvc')).toBe(
    `md5: 7c0d631a72f24115aa74c20e39cde8a7\nfrozen: true\n${folderDep('s3://lab/d')}outs:\n- hash: md5\n  path: nd\n`,
  )
  await expectDone(lab.dv('import-url', '--no-exec', 's3://lab/one.csv', 'ne'))
  expect(lab.read('ne.dvc')).toBe('frozen: true\ndeps:\n- hash: md5\n  path: s3://lab/one.csv\nouts:\n- hash: md5\n  path: ne\n')
  expect(lab.s3.count('get')).toBe(0)
  expect(lab.has('nd')).toBe(false)
  expect(lab.read('.gitignore')).toBe('/nd\n/ne\n')
})

test('--fs-config is used, and written down', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv', 'fc.csv', '--fs-config', `endpointurl=${lab.s3.url}`, 'region=us-east-1'))
  expect(lab.read('fc.csv.dvc')).toContain(
    `  path: s3://lab/one.csv\n  fs_config:\n    endpointurl: ${lab.s3.url}\n    region: us-east-1\nouts:`,
  )
  const wrong = await lab.dv('import-url', 's3://lab/one.csv', 'x.csv', '--fs-config', 'nonsense=1')
  expect(wrong).toMatchObject({ exit: 1 })
  expect(wrong.stderr).toContain("extra keys not allowed @ data['remote']['<name>']['nonsense']")
  expect((await lab.dv('import-url', 's3://lab/one.csv', 'x.csv', '--fs-config', 'nonsense')).exit).toBe(254)
})

test('files of this machine: paths are meant from the pointer, wherever one stands; the mode stays at the source', async () => {
  lab.writeOutside('ext/run.sh', '#!/bin/sh\n')
  chmodSync(join(lab.outside, 'ext/run.sh'), 0o755)
  lab.writeOutside('ext/d/x', 'x\n')
  lab.writeOutside('ext/d/s/y', 'y\n')
  await expectDone(lab.dv('import-url', '../ext/run.sh'))
  expect(lab.read('run.sh.dvc')).toBe(
    'md5: 38a0360b78190626abae083b4d737843\nfrozen: true\ndeps:\n- md5: 3e2b31c72181b87149ff995e7202c0e3\n  size: 10\n  isexec: true\n  hash: md5\n  path: ../ext/run.sh\n' +
      'outs:\n- md5: 3e2b31c72181b87149ff995e7202c0e3\n  size: 10\n  hash: md5\n  path: run.sh\n',
  )
  await expectDone(lab.dv('import-url', '../ext/d', 'ld'))
  expect(lab.read('ld.dvc')).toContain('md5: 952ed71950b75633ff238e944b5a09eb\n')
  await expectDone(lab.dv('import-url', 'ld/x', 'inrepo'))
  expect(lab.read('inrepo.dvc')).toContain('md5: d920f062d89f47dace3e2f3bf34020c4\n')
  lab.write('sub/readme', '')
  await expectDone(lab.dv('import-url', '../ext/run.sh', 'sub'))
  expect(lab.read('sub/run.sh.dvc')).toContain('  path: ../../ext/run.sh\nouts:')
  expect(lab.read('sub/run.sh')).toBe('#!/bin/sh\n')
  const intoItself = await lab.dv('import-url', '..', 'copy')
  expect(intoItself).toMatchObject({ exit: 1, stderr: expect.stringContaining("lies in '..' itself") })
})

test('--to-remote: the bytes go from place to place, and only the pointer stays here', async () => {
  await expectDone(lab.dv('import-url', '--to-remote', 's3://lab/d', 'tod'))
  expect(lab.read('tod.dvc')).toBe(`md5: 08f3d7aaa2d74fd030197bec759b86e4\nfrozen: true\n${folderDep('s3://lab/d')}${folderOut('tod')}`)
  const objects = ['4e/82da0cca1f18a97843ba4c897cdc72', 'b1/946ac92492d2347c6235b4d2611184', 'c8/4436ef6ad3338d680470de9f626735.dir']
  expect(objects.filter(path => existsSync(join(lab.outside, 'remote/files/md5', path)))).toEqual(objects)
  expect(lab.has('tod')).toBe(false)
  expect(lab.files('.dvc/cache/files')).toEqual([])
  await expectDone(lab.dv('pull', 'tod'))
  expect(lab.read('tod/a.txt')).toBe('hello\n')
  await expectDone(lab.dv('import-url', '--to-remote', `${lab.web.url}/a.txt`, 'w.txt'))
  expect(lab.web.requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
})

test('--to-remote where ETags look like an md5 and are none', async () => {
  const large = 'x'.repeat(3_000_000)
  lab.s3.shelf.put('lab', 'k/a', { bytes: Buffer.from('first'), etag: 'f'.repeat(32) })
  lab.s3.shelf.put('lab', 'k/b', { bytes: Buffer.from(large), etag: 'e'.repeat(32) })
  await expectDone(lab.dv('import-url', '--to-remote', 's3://lab/k'))
  await expectDone(lab.dv('pull', 'k'))
  expect(lab.read('k/b')).toBe(large)
  lab.s3.shelf.put('lab', 'm/a', { bytes: Buffer.from('honest') })
  lab.s3.shelf.put('lab', 'm/b', { bytes: Buffer.from('not so honest'), etag: 'd'.repeat(32) })
  await expectDone(lab.dv('import-url', '--to-remote', 's3://lab/m'))
  await expectDone(lab.dv('pull', 'm'))
  expect(lab.read('m/b')).toBe('not so honest')
}, 30_000)

test('a source that changes while it is read is noticed, and nothing is written down', async () => {
  lab.s3.addFault({ operation: 'get', key: 'a.txt', status: 412, code: 'PreconditionFailed' })
  const said = await lab.dv('import-url', 's3://lab/d')
  expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining('s3://lab/d/a.txt changed while it was read') })
  expect(lab.has('d.dvc')).toBe(false)
  expect(lab.has('d')).toBe(false)
})

test('names in a bucket that no folder can have', async () => {
  for (const [at, key] of ['../x', 'a//b', '.git/config', './x', 'y/../z'].entries()) {
    lab.put(`lab/bad${at}/${key}`, 'x')
    const said = await lab.dv('import-url', `s3://lab/bad${at}`)
    expect({ key, said }).toMatchObject({ said: { exit: 1, stderr: expect.stringContaining('cannot be taken as a folder') } })
  }
  lab.put('lab/both/a', 'x')
  lab.put('lab/both/a/b', 'x')
  expect((await lab.dv('import-url', 's3://lab/both')).stderr).toContain('"a" is a file there and a folder, too')
  expect(lab.git('status', '--porcelain')).toBe('')
})

test('refusals: nothing there, something in the way, flags that do not go together, a scheme that is not known', async () => {
  const refused = async (exit: number, text: string, ...words: string[]) => {
    const said = await lab.dv('import-url', ...words)
    expect({ words, exit: said.exit, stderr: said.stderr }).toMatchObject({ exit, stderr: expect.stringContaining(text) })
  }
  await refused(1, "'s3://lab/nosuch' does not exist", 's3://lab/nosuch')
  await refused(1, 'does not exist', `${lab.web.url}/nosuch`)
  await refused(1, "'../nosuch' does not exist", '../nosuch')
  await refused(1, 'Unsupported URL type ftp://', 'ftp://x/y')
  lab.write('one.csv', 'mine')
  await refused(1, 'already exists locally', 's3://lab/one.csv')
  expect(lab.read('one.csv')).toBe('mine')
  await refused(1, 'cannot be combined with --to-remote', '--to-remote', '--version-aware', 's3://lab/d')
  await refused(1, "--remote can't be used without --to-remote", '-r', 'stor', 's3://lab/d')
  await refused(254, 'do not go together', '--no-exec', '--no-download', 's3://lab/d')
  await expectDone(lab.dv('import-url', '--force', 's3://lab/one.csv'))
  expect(lab.read('one.csv')).toBe('1,2\n')
})

test('--dry-run and --json', async () => {
  const plan = JSON.parse((await expectDone(lab.dv('import-url', '--dry-run', '--json', 's3://lab/d'))).stdout)
  expect(plan).toMatchObject({ name: 'd', pointer: 'd.dvc', from: 's3://lab/d', state: 'planned' })
  expect(lab.git('status', '--porcelain')).toBe('')
  const done = JSON.parse((await expectDone(lab.dv('import-url', '--json', 's3://lab/d'))).stdout)
  expect(done).toMatchObject({ state: 'imported', size: 14, fileCount: 3, changed: ['.gitignore', 'd.dvc'] })
})

test('dv add of a URL: a copy without memory of its place, or straight to the remote', async () => {
  await expectDone(lab.dv('add', 's3://lab/d', '-o', 'added'))
  expect(lab.read('added.dvc')).toBe(folderOut('added'))
  expect(lab.read('added/a.txt')).toBe('hello\n')
  await expectDone(lab.dv('add', '--to-remote', 's3://lab/one.csv'))
  expect(lab.read('one.csv.dvc')).toBe(fileOut('one.csv'))
  expect(lab.has('one.csv')).toBe(false)
  expect(readFileSync(join(lab.outside, 'remote/files/md5/3e/cfad755fa825f7a17c5526ec44e651'), 'utf8')).toBe('1,2\n')
  expect(await lab.dv('add', 's3://lab/d')).toMatchObject({ exit: 1, stderr: expect.stringContaining('dv import-url s3://lab/d') })
})
