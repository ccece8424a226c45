import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow, type Lab, openLab } from '../doubles/lab.ts'
import { openS3Server } from '../doubles/s3-server.ts'

let lab: Lab

beforeEach(async () => {
  lab = await openLab({ ready: true })
})
afterEach(() => lab.close())

const add = async (path: string, files: Readonly<Record<string, string>>): Promise<void> => {
  rmSync(join(lab.root, path), { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) lab.write(`${path}/${name}`, text)
  await expectDone(lab.dv('add', '-q', path))
}
const commit = (message: string): void => {
  lab.git('add', '-A')
  lab.git('commit', '-qm', message)
}
const cached = (): readonly string[] => lab.files('.dvc/cache/files/md5')
const trashed = (): readonly string[] => lab.files('.dvc/cache/.dv/trash').map(name => name.split('/').at(-1) ?? '')
const remote = (): readonly string[] => filesBelow(join(lab.outside, 'remote', 'files', 'md5'))

/** v1 on a tag and a branch, v2 on main; both pushed. */
async function twoVersions(): Promise<void> {
  await add('data', { a: 'one', b: 'two', c: 'kept' })
  commit('v1')
  lab.git('tag', 'v1')
  await expectDone(lab.dv('push', '-q'))
  await add('data', { a: 'one more', c: 'kept' })
  commit('v2')
  await expectDone(lab.dv('push', '-q'))
}

test('what no scope names goes to the trash, and comes back', async () => {
  await twoVersions()
  const before = cached()
  const said = await lab.dv('gc', '-w', '-f')
  expect(said).toMatchObject({ exit: 0, stderr: '' })
  expect(said.stdout).toContain('3 objects are in the trash')
  expect(cached()).toHaveLength(before.length - 3)
  expect(trashed()).toHaveLength(3)
  expect((await lab.dv('status')).stdout).toContain('up to date')
  lab.git('checkout', '-q', 'v1')
  expect((await lab.dv('checkout')).exit).toBe(255)
  expect(await lab.dv('gc', '--undo')).toMatchObject({ exit: 0, stdout: expect.stringContaining('3 objects') })
  expect(cached()).toEqual(before)
  expect(lab.files('.dvc/cache/.dv/trash')).toEqual([])
  await expectDone(lab.dv('checkout'))
  expect(lab.read('data/b')).toBe('two')
})

test.each([[['-T']], [['-A']], [['--rev', 'v1']], [['-a', '-n', '2']], [['--rev', 'main', '-n', '2']], [['--date', '2001-02-03']]])(
  '%j keeps both versions',
  async scope => {
    await twoVersions()
    const before = cached()
    const said = await lab.dv('gc', ...scope, '-f')
    expect(said).toMatchObject({ exit: 0, stdout: expect.stringContaining('Nothing goes from the cache') })
    expect(cached()).toEqual(before)
  },
)

test('a day that has not come keeps the work tree alone', async () => {
  await twoVersions()
  expect((await lab.dv('gc', '--date', '2999-01-01', '-f')).stdout).toContain('3 objects are in the trash')
})

test.each([
  ['none', []],
  ['both', ['-w', '-c', '--not-in-remote']],
  ['--num alone', ['-w', '-n', '2']],
  ['no date', ['--date', 'yesterday']],
])('options that make no sense leave with 255: %s', async (_, options) => {
  await add('data', { a: '1' })
  expect((await lab.dv('gc', '-f', ...options)).exit).toBe(255)
})

test('without a terminal and without -f nothing is changed', async () => {
  await twoVersions()
  const before = cached()
  const said = await lab.dv('gc', '-w')
  expect(said).toMatchObject({ exit: 1, stderr: expect.stringContaining('-f') })
  expect(said.stdout).toContain('3 objects')
  expect(cached()).toEqual(before)
})

test('the plan says how much goes, the largest, and what keeps the rest', async () => {
  await twoVersions()
  const { stdout } = await lab.dv('gc', '-w', '--dry')
  expect(stdout.replace(/[0-9a-f]{32}/g, '<md5>')).toMatchInlineSnapshot(`
"Kept: 3 objects of the cache, named by
  the work tree: 1 data set, 3 objects that nothing before it names
From the cache at .dvc/cache: 3 objects, 189 B, that nothing in this scope names
      3 B  <md5>  b
      3 B  <md5>  a
"
`)
  expect(cached()).toHaveLength(6)
  const planned = JSON.parse((await lab.dv('gc', '-w', '--dry-run', '--json')).stdout)
  expect(planned).toMatchObject({ cache: { objects: 3 }, kept: { objects: 3, by: [{ name: 'the work tree', outputs: 1 }] } })
})

test.each([
  ['a pointer of the work tree', () => writeFileSync(join(lab.root, 'other.dvc'), 'outs: 7\n'), ['-w']],
  [
    'a pipeline of the work tree',
    () => {
      lab.write('dvc.yaml', 'stages: [\n')
      lab.write('dvc.lock', 'stages: {}\n')
    },
    ['-w'],
  ],
  ['a ref', () => writeFileSync(join(lab.root, '.git/refs/heads/broken'), 'garbage\n'), ['-a']],
  ['a ref to nothing', () => writeFileSync(join(lab.root, '.git/refs/tags/gone'), `${'12'.repeat(20)}\n`), ['-T']],
  ['an empty ref', () => writeFileSync(join(lab.root, '.git/refs/heads/empty'), ''), ['-A']],
  [
    'a pointer of a branch',
    () => {
      lab.git('checkout', '-qb', 'other')
      lab.write('other.dvc', 'outs: 7\n')
      lab.git('add', '-A')
      lab.git('commit', '-qm', 'damaged')
      lab.git('checkout', '-q', 'main')
    },
    ['-a'],
  ],
])('%s that cannot be read stops it, and nothing is changed', async (_, damage, scope) => {
  await twoVersions()
  damage()
  const before = cached()
  const said = await lab.dv('gc', ...scope, '-f')
  expect(said.exit).toBe(255)
  expect(cached()).toEqual(before)
  expect(trashed()).toEqual([])
})

test('a list of files that is nowhere stops it; with --skip-failed it is named', async () => {
  await twoVersions()
  const list = /md5: (\w+)\.dir/.exec(lab.git('show', 'v1:data.dvc'))?.[1] ?? ''
  for (const folder of [join(lab.root, '.dvc/cache'), join(lab.outside, 'remote')])
    rmSync(join(folder, 'files/md5', list.slice(0, 2), `${list.slice(2)}.dir`))
  const before = cached()
  const said = await lab.dv('gc', '-T', '-f')
  expect(said).toMatchObject({ exit: 255, stderr: expect.stringContaining(list) })
  expect(cached()).toEqual(before)
  const skipped = await lab.dv('gc', '-T', '-f', '--skip-failed')
  expect(skipped).toMatchObject({ exit: 0, stderr: expect.stringContaining(list) })
  expect(trashed()).toHaveLength(2)
})

test('a list of files that only the remote has is read from there', async () => {
  await twoVersions()
  const list = /md5: (\w+)\.dir/.exec(lab.git('show', 'v1:data.dvc'))?.[1] ?? ''
  const path = join(lab.root, '.dvc/cache/files/md5', list.slice(0, 2), `${list.slice(2)}.dir`)
  rmSync(path)
  await expectDone(lab.dv('gc', '-T', '--dry'))
  expect(cached()).toHaveLength(5)
  expect((await lab.dv('gc', '-T', '-f')).stdout).toContain('Nothing goes')
  expect(cached()).toHaveLength(6)
})

test('nothing to keep is no reason to take all: not with -f either', async () => {
  await add('data', { a: '1' })
  rmSync(join(lab.root, 'data.dvc'))
  const before = cached()
  const said = await lab.dv('gc', '-w', '-f')
  expect(said).toMatchObject({ exit: 255, stderr: expect.stringContaining('--keep-nothing') })
  expect(cached()).toEqual(before)
  await expectDone(lab.dv('gc', '-w', '-f', '--keep-nothing'))
  expect(cached()).toEqual([])
  expect(trashed()).toHaveLength(2)
})

test('the trash is emptied by --now, or by a later gc when its time is over', async () => {
  await twoVersions()
  await expectDone(lab.dv('gc', '-w', '-f'))
  const [batch = ''] = readdirSync(join(lab.root, '.dvc/cache/.dv/trash'))
  expect((await lab.dv('gc', '-w', '-f')).exit).toBe(0)
  expect(trashed()).toHaveLength(3)
  renameSync(join(lab.root, '.dvc/cache/.dv/trash', batch), join(lab.root, '.dvc/cache/.dv/trash', `20200101T000000Z${batch.slice(16)}`))
  expect((await lab.dv('gc', '-w', '-f')).stdout).toContain('Deleted for good: 3 objects')
  expect(trashed()).toEqual([])
  await add('data', { a: 'third' })
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect((await lab.dv('gc', '--now')).exit).toBe(1)
  expect(trashed()).not.toEqual([])
  expect((await lab.dv('gc', '--now', '-f')).stdout).toContain('deleted for good')
  await add('data', { a: 'fourth' })
  const atOnce = (await lab.dv('gc', '-w', '-f', '--now')).stdout
  expect(atOnce).toContain('2 objects are deleted for good')
  expect(atOnce).not.toContain('--undo')
  expect(trashed()).toEqual([])
  expect((await lab.dv('status')).stdout).toContain('up to date')
})

test('what a pointer names again comes back from the trash by itself', async () => {
  await twoVersions()
  const before = cached()
  await expectDone(lab.dv('gc', '-w', '-f'))
  lab.git('checkout', '-q', 'v1', '--', 'data.dvc')
  expect((await lab.dv('gc', '-wA', '-f')).stdout).toContain('came back from the trash')
  expect(cached()).toEqual(before)
})

test('with -c the remote keeps what is young; --now takes it, and push sends it again', async () => {
  await twoVersions()
  const before = remote()
  expect((await lab.dv('gc', '-w', '-c', '-f')).stdout).toContain('younger than 1 day')
  expect(remote()).toEqual(before)
  for (const name of before) utimesSync(join(lab.outside, 'remote/files/md5', name), 0, 0)
  // the ctime says that they are young all the same: nobody can set it back
  await expectDone(lab.dv('gc', '-w', '-c', '-f'))
  expect(remote()).toEqual(before)
  const said = await lab.dv('gc', '-w', '-c', '-f', '--now')
  expect(said.stdout).toContain("Removed 3 objects from 'stor'")
  expect(remote()).toEqual(cached())
  lab.git('checkout', '-q', 'v1')
  expect((await lab.dv('pull')).exit).toBe(1)
})

test('--not-in-remote frees what the remote has', async () => {
  await twoVersions()
  await add('more', { x: 'not pushed' })
  await expectDone(lab.dv('gc', '-w', '--not-in-remote', '-f'))
  expect(cached()).toHaveLength(2)
  await expectDone(lab.dv('pull'))
  expect(cached()).toHaveLength(5)
})

test('other projects that share the cache keep what they name', async () => {
  await expectDone(lab.dv('config', 'cache.dir', '../shared'))
  await add('data', { a: 'ours' })
  commit('ours')
  lab.git('clone', '-q', '.', '../other')
  const other = join(lab.outside, 'other')
  writeFileSync(join(other, 'theirs'), 'theirs')
  await expectDone(lab.dvIn(other, 'add', 'theirs'))
  const shared = (): readonly string[] => filesBelow(join(lab.outside, 'shared/files'))
  const before = shared()
  const said = await lab.dv('gc', '-w', '-f', '-p', other)
  expect(said.stdout).toContain('Nothing goes')
  expect(shared()).toEqual(before)
  expect((await lab.dv('gc', '-w', '-f')).stdout).toContain('outside of this repository')
  expect(shared()).toHaveLength(before.length - 1)
})

test('outputs of stages are kept, also of those that only the lock still has', async () => {
  await add('data', { a: 'x' })
  lab.write('out', 'made')
  await expectDone(lab.dv('add', 'out'))
  const md5 = /md5: (\w+)/.exec(lab.read('out.dvc'))?.[1] ?? ''
  rmSync(join(lab.root, 'out.dvc'))
  lab.write('dvc.yaml', `stages:\n  prep:\n    cmd: make\n    wdir: \${where}\n    outs:\n    - out\n`)
  lab.write(
    'dvc.lock',
    `schema: '2.0'\nstages:\n  prep:\n    cmd: make\n    outs:\n    - path: out\n      hash: md5\n      md5: ${md5}\n      size: 4\n`,
  )
  const before = cached()
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect(cached()).toEqual(before)
  lab.write('dvc.yaml', 'stages: {}\n')
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect(cached()).toEqual(before)
})

test('an object that a file of the work tree is a link to stays', async () => {
  await expectDone(lab.dv('config', 'cache.type', 'symlink'))
  await add('data', { a: 'linked' })
  commit('v1')
  const pointer = lab.read('data.dvc')
  await add('data2', { b: 'other' })
  lab.write('data.dvc', lab.read('data2.dvc').replace('path: data2', 'path: data'))
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect(lab.read('data/a')).toBe('linked')
  expect(pointer).not.toBe(lab.read('data.dvc'))
})

/** `data` and `loose` on a bucket, and what named `loose` is gone. */
async function withBucket(use: (server: Awaited<ReturnType<typeof openS3Server>>) => Promise<void>): Promise<void> {
  const server = await openS3Server({ pageSize: 2 })
  try {
    server.shelf.makeBucket('lab')
    lab.write('.dvc/config', `[core]\n    remote = s\n['remote "s"']\n    url = s3://lab/p\n    endpointurl = ${server.url}\n`)
    lab.write(
      '.dvc/config.local',
      `['remote "s"']\n    access_key_id = ${server.accessKeyId}\n    secret_access_key = ${server.secretAccessKey}\n`,
    )
    await add('data', { a: 'one', shared: 'in both' })
    await add('loose', { b: 'two', shared: 'in both' })
    await expectDone(lab.dv('push', '-q'))
    rmSync(join(lab.root, 'loose.dvc'))
    await use(server)
  } finally {
    await server.close()
  }
}

test('on S3, too, young objects stay, and --now takes what nothing names; what was learnt of the remote is forgotten', async () => {
  await withBucket(async server => {
    const keys = () => server.shelf.keys('lab').length
    expect((await lab.dv('gc', '-w', '-c', '-f')).stdout).toContain('younger than 1 day')
    expect(keys()).toBe(5)
    await expectDone(lab.dv('gc', '--undo'))
    expect((await lab.dv('gc', '-w', '-c', '-f', '--now')).stdout).toContain("Removed 2 objects from 's'")
    expect(keys()).toBe(3)
    await add('loose', { b: 'two', shared: 'in both' })
    expect((await lab.dv('push')).stdout).toContain('2 files pushed')
  })
})

test('a listing that fails removes nothing, neither there nor here', async () => {
  await withBucket(async server => {
    const [before, there] = [cached(), server.shelf.keys('lab')]
    server.addFault({ operation: 'list', status: 403, times: 9 })
    expect((await lab.dv('gc', '-w', '-c', '-f', '--now')).exit).toBe(255)
    expect([cached(), server.shelf.keys('lab')]).toEqual([before, there])
  })
})

test('a list of files that came to the remote meanwhile keeps its files', async () => {
  await withBucket(async server => {
    const theirs = await openLab({ ready: true })
    try {
      theirs.write('.dvc/config', lab.read('.dvc/config'))
      theirs.write('.dvc/config.local', lab.read('.dvc/config.local'))
      theirs.write('new/b', 'two')
      await expectDone(theirs.dv('add', '-q', 'new'))
      const clock = server.shelf.keys('lab').map(key => [key, server.shelf.get('lab', key)] as const)
      for (const [, object] of clock) if (object) Object.assign(object, { time: 0 })
      await expectDone(theirs.dv('push', '-q'))
      const old = /md5: (\w+\.dir)/.exec(theirs.read('new.dvc'))?.[1] ?? ''
      const said = await expectDone(lab.dv('gc', '-w', '-c', '-f'))
      expect(said.stdout).toContain("Removed 1 object from 's'") // the list of `loose`; its file is now the colleague's
      expect(server.shelf.keys('lab').some(key => key.endsWith(old.slice(2)))).toBe(true)
      rmSync(join(theirs.root, '.dvc/cache'), { recursive: true })
      rmSync(join(theirs.root, 'new'), { recursive: true })
      await expectDone(theirs.dv('pull'))
      expect(theirs.read('new/b')).toBe('two')
    } finally {
      theirs.close()
    }
  })
})
