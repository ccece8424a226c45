/** What `dv update` does for imports by URL, called as that verb calls it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type UpdateUrlOptions, updateUrl } from '../../src/commands/update-url.ts'
import { changeOfUrl } from '../../src/commands/url-changes.ts'
import { withRepo } from '../../src/repo/open.ts'
import { readTracked } from '../../src/repo/pointers.ts'
import { expectDone } from '../doubles/lab.ts'
import { openUrlLab, type UrlLab } from './url-lab.ts'

let lab: UrlLab
beforeEach(async () => {
  lab = await openUrlLab()
})
afterEach(() => lab.end())

const env = () => ({
  HOME: join(lab.outside, 'home'),
  PATH: process.env['PATH'],
  AWS_ACCESS_KEY_ID: lab.s3.accessKeyId,
  AWS_SECRET_ACCESS_KEY: lab.s3.secretAccessKey,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: lab.s3.url,
  DVC_GLOBAL_CONFIG_DIR: join(lab.outside, 'global'),
})
const context = () => ({ cwd: lab.root, env: env(), signal: new AbortController().signal, report: () => {}, now: Date.now })
const first = (file: string) => {
  const [tracked] = readTracked(lab.root, join(lab.root, file))
  if (!tracked) throw new Error(`no ${file}`)
  return tracked
}
const update = (file: string, options: UpdateUrlOptions = {}) =>
  withRepo(context(), repo => updateUrl(repo, first(file), options, context()))
const change = (file: string) => withRepo(context(), repo => changeOfUrl(repo, first(file), context()))

test('a folder of a bucket: only what changed is fetched', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/d'))
  expect(await change('d.dvc')).toBeUndefined()
  expect(await update('d.dvc')).toMatchObject({ state: 'unchanged', name: 'd', from: 's3://lab/d', changed: [] })
  lab.put('lab/d/new.txt', 'new\n')
  lab.s3.shelf.delete('lab', 'd/s/b.txt')
  const gets = lab.s3.count('get')
  expect(await change('d.dvc')).toBe('modified')
  expect(await update('d.dvc')).toMatchObject({ state: 'updated', fileCount: 3, changed: [join(lab.root, 'd.dvc')] })
  expect(lab.s3.count('get')).toBe(gets + 1)
  expect(lab.files('d')).toEqual(['a.txt', 'new.txt', 's/é +x.txt'])
  expect(lab.read('d.dvc')).toContain('frozen: true')
  expect((await lab.dv('status')).stdout).toContain('up to date')
  expect(await change('d.dvc')).toBeUndefined()
})

test('ETags that are no md5 are remembered: nothing is fetched twice', async () => {
  for (const name of ['a', 'b'])
    lab.s3.shelf.put('lab', `parts/${name}`, { bytes: Buffer.from(`large ${name}`), etag: `${name.repeat(32)}-2` })
  await expectDone(lab.dv('import-url', 's3://lab/parts'))
  lab.s3.shelf.put('lab', 'parts/a', { bytes: Buffer.from('other'), etag: `${'c'.repeat(32)}-2` })
  const gets = lab.s3.count('get')
  expect(await update('parts.dvc')).toMatchObject({ state: 'updated' })
  expect(lab.s3.count('get')).toBe(gets + 1)
  expect(lab.read('parts/a')).toBe('other')
})

test('the source is as it was, the data here is not', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv'))
  rmSync(join(lab.root, 'one.csv'))
  expect(await update('one.csv.dvc')).toMatchObject({ state: 'restored', changed: [] })
  expect(lab.read('one.csv')).toBe('1,2\n')
  rmSync(join(lab.root, 'one.csv'))
  rmSync(join(lab.root, '.dvc/cache'), { recursive: true })
  expect(await update('one.csv.dvc')).toMatchObject({ state: 'restored' })
  expect(lab.read('one.csv')).toBe('1,2\n')
})

test('what a person has changed here and saved nowhere is not lost', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv'))
  const before = lab.read('one.csv.dvc')
  lab.write('one.csv', 'my own work')
  lab.put('lab/one.csv', 'newer\n')
  await expect(update('one.csv.dvc')).rejects.toMatchObject({ code: 'unsaved-files' })
  expect(lab.read('one.csv')).toBe('my own work')
  expect(lab.read('one.csv.dvc')).toBe(before)
})

test('noDownload notes what is new; the next update fetches it', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv'))
  lab.put('lab/one.csv', 'newer\n')
  expect(await update('one.csv.dvc', { noDownload: true })).toMatchObject({ state: 'noted' })
  const text = lab.read('one.csv.dvc')
  expect(text.slice(text.indexOf('outs'))).toBe('outs:\n- hash: md5\n  path: one.csv\n')
  expect(await update('one.csv.dvc', { noDownload: true })).toMatchObject({ state: 'unchanged' })
  expect(await change('one.csv.dvc')).toBeUndefined()
  expect(lab.has('one.csv')).toBe(false)
  expect(await update('one.csv.dvc')).toMatchObject({ state: 'restored' })
  expect(lab.read('one.csv')).toBe('newer\n')
})

test('toRemote sends what is new and brings nothing here', async () => {
  await expectDone(lab.dv('import-url', '--to-remote', 's3://lab/d'))
  lab.put('lab/d/new.txt', 'new\n')
  expect(await update('d.dvc', { toRemote: true })).toMatchObject({ state: 'sent', fileCount: 4 })
  expect(lab.has('d')).toBe(false)
  await expectDone(lab.dv('pull'))
  expect(lab.files('d')).toContain('new.txt')
})

test('versions: the newest one, or the one that is named; status tells of a newer one', async () => {
  await expectDone(lab.dv('import-url', '--version-aware', 's3://ver/one.csv'))
  const old = lab.s3.shelf.get('ver', 'one.csv')?.versionId
  lab.put('ver/one.csv', 'newer\n')
  expect(await change('one.csv.dvc')).toBe('update available')
  await update('one.csv.dvc')
  expect(lab.read('one.csv')).toBe('newer\n')
  expect(lab.read('one.csv.dvc')).toContain(`version_id: ${lab.s3.shelf.get('ver', 'one.csv')?.versionId}\n`)
  expect(await change('one.csv.dvc')).toBeUndefined()
  await update('one.csv.dvc', { rev: old })
  expect(lab.read('one.csv')).toBe('1,2\n')
  expect(lab.read('one.csv.dvc')).toContain(`- etag: 3ecfad755fa825f7a17c5526ec44e651\n  size: 4\n  version_id: ${old}\n`)
  await expectDone(lab.dv('import-url', '--version-aware', 's3://ver/d'))
  lab.put('ver/d/a.txt', 'hello again\n')
  expect(await change('d.dvc')).toBe('modified')
  await update('d.dvc')
  expect(lab.read('d/a.txt')).toBe('hello again\n')
  expect(await change('d.dvc')).toBeUndefined()
  expect(lab.read('d.dvc')).toContain('push: false')
})

test('a page of the web, and files of this machine', async () => {
  lab.writeOutside('ext/d/x', 'x\n')
  await expectDone(lab.dv('import-url', `${lab.web.url}/a.txt`))
  await expectDone(lab.dv('import-url', '../ext/d'))
  expect([await change('a.txt.dvc'), await change('d.dvc')]).toEqual([undefined, undefined])
  lab.web.files.set('/a.txt', { body: 'second\n', etag: '"V2"' })
  lab.writeOutside('ext/d/y', 'y\n')
  expect([await change('a.txt.dvc'), await change('d.dvc')]).toEqual(['modified', 'modified'])
  await update('a.txt.dvc')
  await update('d.dvc')
  expect(lab.read('a.txt')).toBe('second\n')
  expect(lab.files('d')).toEqual(['x', 'y'])
  lab.web.files.delete('/a.txt')
  expect(await change('a.txt.dvc')).toBe('deleted')
  await expect(update('a.txt.dvc')).rejects.toMatchObject({ code: 'bad-target' })
})

test('a pointer from a stranger chooses no credentials and no program', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv'))
  const text = lab.read('one.csv.dvc')
  lab.write('one.csv.dvc', text.replace('path: s3://lab/one.csv\n', 'path: s3://lab/one.csv\n  fs_config:\n    configpath: /tmp/evil\n'))
  await expect(update('one.csv.dvc')).rejects.toMatchObject({ code: 'untrusted' })
  const seen = lab.s3.requests.length
  await expect(change('one.csv.dvc')).rejects.toMatchObject({ code: 'untrusted' })
  expect(lab.s3.requests.length).toBe(seen)
})

test('dv status: an unfrozen import asks its source, a frozen one with --updates', async () => {
  await expectDone(lab.dv('import-url', 's3://lab/one.csv'))
  lab.put('lab/one.csv', 'newer\n')
  expect(JSON.parse((await lab.dv('status', '--json')).stdout)).toEqual({})
  const changed = { 'one.csv.dvc': [{ 'changed deps': { 's3://lab/one.csv': 'modified' } }] }
  expect(JSON.parse((await lab.dv('status', '--json', '--updates')).stdout)).toEqual(changed)
  await expectDone(lab.dv('unfreeze', 'one.csv.dvc'))
  expect(JSON.parse((await lab.dv('status', '--json')).stdout)).toEqual(changed)
})
