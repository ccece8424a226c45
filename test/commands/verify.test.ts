/** dv verify: the work tree, the cache, a remote; what is damaged is named, and mended when asked for. */
import { chmodSync, cpSync, linkSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseSampleSize, sampleOf } from '../../src/base/sample.ts'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'
import { cached, objects, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const openPushed = async (): Promise<void> => {
  lab = await openTrackedLab()
  await expectDone(lab.dv('push', '-q'))
}
const remotePath = (name: keyof typeof objects, remote = 'remote'): string => join(lab.outside, remote, objects[name])

/** As a failing disk does it: other bytes, and nothing else tells of it. */
function rot(path: string): void {
  const { atime, mtime, mode } = statSync(path)
  chmodSync(path, 0o644)
  writeFileSync(path, 'x'.repeat(statSync(path).size))
  utimesSync(path, atime, mtime)
  chmodSync(path, mode)
}
const json = async (...words: readonly string[]) => {
  const said = await lab.dv('verify', '--json', ...words)
  return { exit: said.exit, ...JSON.parse(said.stdout) }
}

describe('the work tree', () => {
  test('as committed: every file is read', async () => {
    await openPushed()
    expect(await lab.dv('verify')).toEqual({ exit: 0, stdout: '4 files in the work tree read (9 B)\n', stderr: '' })
  })

  test('a byte that was flipped behind the back of every index is found', async () => {
    await openPushed()
    await expectDone(lab.dv('status'))
    rot(join(lab.root, 'data/a'))
    const said = await lab.dv('verify', 'data')
    expect(said).toMatchObject({ exit: 1, stdout: '3 files in the work tree read (3 B)\n' })
    expect(said.stderr).toMatchInlineSnapshot(`
"ERROR: changed: 1 path
  data/a
hint: dv checkout data   undoes the change
hint: dv add data   records it
"
`)
    expect(await lab.dv('verify', 'f.txt')).toMatchObject({ exit: 0 })
    expect(await lab.dv('verify', 'data/sub')).toMatchObject({ exit: 0, stdout: '1 file in the work tree read (1 B)\n' })
    expect(await lab.dv('verify', 'data/a')).toMatchObject({ exit: 1 })
  })

  test('each kind, with the command that mends it; nothing is written', async () => {
    await openPushed()
    lab.remove('data/b', 'f.txt')
    lab.write('data/sub/new', 'new')
    lab.write('data/a', 'other')
    lab.remove('.dvc/cache/files/md5/92')
    const before = [lab.git('status', '--short'), lab.files('.dvc/cache')]
    const { exit, workspace } = await json()
    expect(exit).toBe(1)
    expect(workspace.findings).toEqual([
      { kind: 'missing', path: 'data/b', target: 'data', md5: '92eb5ffee6ae2fec3ad71c777531578f', cached: false },
      { kind: 'changed', path: 'data/a', target: 'data', md5: '0cc175b9c0f1b6a831c399e269772661', cached: true },
      { kind: 'extra', path: 'data/sub/new', target: 'data' },
      { kind: 'missing', path: 'f.txt', target: 'f.txt', md5: 'eb260e9ae827821beceeed4104f0ad89', cached: true },
    ])
    const { stderr } = await lab.dv('verify')
    expect(stderr).toContain('hint: dv checkout f.txt   brings it back\nhint: dv pull data   brings it from a remote\n')
    expect(stderr).toContain('hint: dv checkout --force data   removes it')
    expect([lab.git('status', '--short'), lab.files('.dvc/cache')]).toEqual(before)
  })

  test('a data set that is not here; a list that is not here tells only that something changed', async () => {
    await openPushed()
    lab.remove('.dvc/cache')
    expect(await lab.dv('verify', 'data')).toMatchObject({ exit: 0 })
    lab.write('data/a', 'other')
    expect((await json('data')).workspace.findings).toMatchObject([{ kind: 'unlisted', path: 'data' }])
    expect((await lab.dv('verify', 'data')).stderr).toContain('hint: dv fetch data   brings the list')
    lab.remove('data')
    expect((await json('data')).workspace.findings).toMatchObject([{ kind: 'missing', path: 'data', cached: false }])
  })

  test('a file in the place of a folder, and a symlink that leads nowhere', async () => {
    await openPushed()
    lab.remove('data')
    lab.write('data', 'a file')
    expect((await json('data')).workspace.findings.map((each: { kind: string }) => each.kind)).toEqual([
      'missing',
      'missing',
      'missing',
      'extra',
    ])
    lab.remove('f.txt')
    const { symlinkSync } = await import('node:fs')
    symlinkSync('nowhere', join(lab.root, 'f.txt'))
    const said = await lab.dv('verify', 'f.txt')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('f.txt is a symlink that leads nowhere')
  })

  test('--repair brings back what is missing, from the cache or a remote, and leaves what was changed', async () => {
    await openPushed()
    lab.remove('data/b', 'f.txt', '.dvc/cache/files/md5/92')
    lab.write('data/a', 'mine')
    expect(await lab.dv('verify', '--repair', '--dry-run')).toMatchObject({ exit: 1 })
    expect(lab.has('f.txt')).toBe(false)
    const said = await lab.dv('verify', '--repair')
    expect(said.exit).toBe(1)
    expect(said.stdout).toContain('restored: data/b\nrestored: f.txt\n')
    expect([lab.read('data/a'), lab.read('data/b'), lab.read('f.txt')]).toEqual(['mine', 'b', 'first\n'])
    expect((await json('--repair')).workspace.findings.map((each: { path: string }) => each.path)).toEqual(['data/a'])
    await expectDone(lab.dv('checkout', '-qf'))
    expect(await lab.dv('verify', '--repair')).toMatchObject({ exit: 0 })
  })

  test('a target that is none', async () => {
    await openPushed()
    expect(await lab.dv('verify', 'nothing')).toMatchObject({ exit: 1 })
  })
})

describe('the cache', () => {
  test('a damaged object is set aside, and the data it belongs to is named', async () => {
    await openPushed()
    await expectDone(lab.dv('status'))
    rot(join(lab.root, cached('c')))
    const said = await lab.dv('verify', '--cache')
    expect(said).toMatchObject({ exit: 1, stdout: '5 objects in the cache read (196 B)\n' })
    expect(said.stderr).toContain('ERROR: 1 object damaged in the cache:\n  4a8a08f09d37b73795649038408b5f33  data/sub/c; set aside as ')
    expect(said.stderr).toContain('hint: dv verify --cache --repair ')
    expect(lab.has(cached('c'))).toBe(false)
    expect(lab.files('.dvc/cache/.dv/damaged')).toHaveLength(1)
  })

  test('of an older version: the commit is named', async () => {
    await openPushed()
    lab.write('f.txt', 'second')
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    lab.commit('two')
    rot(join(lab.root, '.dvc/cache/files/md5/eb/260e9ae827821beceeed4104f0ad89'))
    expect((await json('--cache')).cache.findings[0].names).toEqual([`f.txt (at ${lab.git('rev-parse', 'v1').slice(0, 7)})`])
  })

  test('--dry-run leaves it where it is', async () => {
    await openPushed()
    rot(join(lab.root, cached('c')))
    expect(await lab.dv('verify', '--cache', '--repair', '--dry-run')).toMatchObject({ exit: 1 })
    expect(lab.has(cached('c'))).toBe(true)
  })

  test('--repair takes the file of the work tree', async () => {
    await openPushed()
    rot(join(lab.root, cached('c')))
    rmSync(join(lab.outside, 'remote'), { recursive: true })
    const said = await lab.dv('verify', '--cache', '--repair')
    expect(said).toMatchObject({ exit: 0, stderr: '' })
    expect(said.stdout).toContain('replaced: 4a8a08f09d37b73795649038408b5f33  data/sub/c, from the work tree\n')
    expect(lab.read(cached('c'))).toBe('c')
    expect(statSync(join(lab.root, cached('c'))).mode & 0o777).toBe(0o444)
  })

  test('--repair: a file that is a hard link to the damaged object is no good copy; the remote has one', async () => {
    await openPushed()
    const file = join(lab.root, 'data/sub/c')
    rmSync(file)
    linkSync(join(lab.root, cached('c')), file)
    rot(file)
    const workspace = await lab.dv('verify', 'data')
    expect(workspace.stderr).toContain('data/sub/c  (a link to its object in the cache)')
    expect(workspace.stderr).toContain('hint: dv verify --cache --repair data   replaces the object')
    const said = await lab.dv('verify', '--cache', '--repair', 'data')
    expect(said).toMatchObject({ exit: 0 })
    expect(said.stdout).toContain('from stor\n')
    expect([lab.read(cached('c')), lab.read('data/sub/c')]).toEqual(['c', 'x'])
    await expectDone(lab.dv('checkout', '-f', 'data'))
    expect(lab.read('data/sub/c')).toBe('c')
  })

  test('--repair: what has no good copy is listed, and nothing bad takes its place', async () => {
    await openPushed()
    rot(join(lab.root, cached('c')))
    rot(remotePath('c'))
    lab.write('data/sub/c', 'other')
    const said = await lab.dv('verify', '--cache', '--repair')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('4a8a08f09d37b73795649038408b5f33  data/sub/c')
    expect(said.stderr).toContain('there is no good copy')
    expect(lab.has(cached('c'))).toBe(false)
  })

  test('--repair: a damaged list is made anew from the folder, or fetched, and the files it names are looked at then', async () => {
    await openPushed()
    rot(join(lab.root, cached('data')))
    rmSync(join(lab.outside, 'remote'), { recursive: true })
    expect((await lab.dv('verify', '--cache', '--repair', 'data')).stdout).toContain('data, from the work tree')
    await expectDone(lab.dv('push', '-q'))
    lab.remove('data', '.dvc/cache')
    const said = await lab.dv('verify', '--cache', '--repair', 'data')
    expect(said.exit).toBe(0)
    expect(said.stdout.match(/brought back: /g)).toHaveLength(4)
    expect(lab.files('.dvc/cache').filter(path => path.startsWith('files'))).toHaveLength(4)
  })

  test('objects of DVC 2 are read as DVC 2 hashed them', async () => {
    await openPushed()
    const legacy = join(lab.root, '.dvc/cache/0d/1e47a9d41ccb8d45b8bb0c6b6f1b4d')
    mkdirSync(dirname(legacy), { recursive: true })
    writeFileSync(legacy, 'no such text\r\n', { mode: 0o444 })
    const good = join(lab.root, '.dvc/cache/b1/946ac92492d2347c6235b4d2611184')
    mkdirSync(dirname(good), { recursive: true })
    writeFileSync(good, 'hello\r\n', { mode: 0o444 })
    const { cache } = await json('--cache')
    expect(cache.objects).toBe(7)
    expect(cache.findings).toMatchObject([{ md5: '0d1e47a9d41ccb8d45b8bb0c6b6f1b4d', names: [] }])
  })
})

describe('a remote', () => {
  test('whole: everything that the pointers name was read', async () => {
    await openPushed()
    expect(await lab.dv('verify', '--remote')).toEqual({ exit: 0, stdout: "5 objects on 'stor' read (196 B)\n", stderr: '' })
    expect(await lab.dv('verify', '--remote', 'stor', 'f.txt')).toMatchObject({ exit: 0, stdout: "1 object on 'stor' read (6 B)\n" })
    expect(await lab.dv('verify', 'f.txt', '-r')).toMatchObject({ exit: 0 })
    expect((await lab.dv('verify', '--remote=nowhere')).stderr).toContain("remote 'nowhere' doesn't exist")
  })

  test('damaged and missing objects are named', async () => {
    await openPushed()
    rot(remotePath('c'))
    rmSync(remotePath('a'))
    const said = await lab.dv('verify', '--remote')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain("ERROR: 1 object damaged on remote 'stor':\n  4a8a08f09d37b73795649038408b5f33  data/sub/c\n")
    expect(said.stderr).toContain("ERROR: 1 object missing on remote 'stor':\n  0cc175b9c0f1b6a831c399e269772661  data/a\n")
    expect(said.stderr).toContain('hint: dv verify --remote stor --repair ')
  })

  test('--repair overwrites the damaged, sends the missing, and a push that would have trusted the list is not needed', async () => {
    await openPushed()
    rot(remotePath('c'))
    rmSync(remotePath('a'))
    rot(join(lab.root, cached('a')))
    expect(await lab.dv('verify', '--remote', '--repair', '--dry-run')).toMatchObject({ exit: 1 })
    const said = await lab.dv('verify', '--remote', '--repair')
    expect(said).toMatchObject({ exit: 0, stderr: '' })
    expect(said.stdout).toContain('replaced: 4a8a08f09d37b73795649038408b5f33  data/sub/c, from the cache\n')
    expect(said.stdout).toContain('brought back: 0cc175b9c0f1b6a831c399e269772661  data/a, from the work tree\n')
    expect(await lab.dv('verify', '--remote')).toMatchObject({ exit: 0 })
    expect(await lab.dv('verify', '--cache')).toMatchObject({ exit: 0 })
  })

  test('--repair takes the copy of another remote', async () => {
    await openPushed()
    cpSync(join(lab.outside, 'remote'), join(lab.outside, 'backup'), { recursive: true })
    await expectDone(lab.dv('remote', 'add', 'backup', '../backup'))
    rot(remotePath('c'))
    lab.remove('data', 'f.txt', '.dvc/cache')
    const said = await lab.dv('verify', '--remote', '--repair')
    expect(said).toMatchObject({ exit: 0 })
    expect(said.stdout).toContain('data/sub/c, from backup\n')
    expect(filesBelow(join(lab.outside, 'remote')).filter(path => path.startsWith('files'))).toHaveLength(5)
  })

  test('--repair: without a good copy the list of a folder is not written either', async () => {
    await openPushed()
    rmSync(remotePath('data'))
    rmSync(remotePath('c'))
    lab.remove(cached('c'), 'data/sub/c')
    const said = await lab.dv('verify', '--remote', '--repair')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('4a8a08f09d37b73795649038408b5f33  data/sub/c')
    expect(statSync(remotePath('data'), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('--sample reads a part, the same one for the same seed, and asks for the rest', async () => {
    await openPushed()
    const { exit, remotes } = await json('--remote', '--sample', '50%', '--seed', 'x')
    expect(exit).toBe(0)
    expect(remotes).toMatchObject([{ objects: 3, sample: { passedOver: 2, seed: 'x' } }])
    for (const name of ['a', 'b', 'c'] as const) rmSync(remotePath(name))
    const { findings } = (await json('--remote', '--sample', '1')).remotes[0]
    expect(findings.map((each: { kind: string }) => each.kind)).toEqual(['missing', 'missing', 'missing'])
  })

  test.each([[['--sample', '5%']], [['--remote', '--sample', 'some']], [['-A']], [['--remote', '--sample', '0%']]])(
    '%p makes no sense',
    async words => {
      await openPushed()
      expect(await lab.dv('verify', ...words)).toMatchObject({ exit: 254 })
    },
  )

  test('of all commits', async () => {
    await openPushed()
    lab.write('f.txt', 'second')
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    await expectDone(lab.dv('push', '-q'))
    lab.commit('two')
    expect((await lab.dv('verify', '--remote', '-A')).stdout).toMatch(/^6 objects/)
  })
})

describe('a bucket', () => {
  let server: S3Server
  beforeEach(async () => {
    server = await openS3Server()
    server.shelf.makeBucket('lab')
    lab = await openTrackedLab({ env: { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey } })
    await expectDone(lab.dv('remote', 'add', 's3', 's3://lab/p'))
    await expectDone(lab.dv('remote', 'modify', 's3', 'endpointurl', server.url))
    await expectDone(lab.dv('push', '-q', '-r', 's3'))
  })
  afterEach(() => server.close())
  const rotten = (name: keyof typeof objects): void => void server.shelf.put('lab', `p/${objects[name]}`, { bytes: Buffer.from('x') })

  test('what is damaged there is overwritten, by one request and without a removal', async () => {
    rotten('c')
    expect(await lab.dv('verify', '--remote=s3')).toMatchObject({ exit: 1 })
    expect(server.count('put')).toBe(5)
    expect(await lab.dv('verify', '--remote=s3', '--repair')).toMatchObject({ exit: 0 })
    expect([server.count('put'), server.count('delete-many')]).toEqual([6, 0])
    expect(server.shelf.get('lab', `p/${objects.c}`)?.bytes.toString()).toBe('c')
  })

  test('bytes that are flipped on their way once are no damage', async () => {
    server.addFault({ operation: 'get', wrongBytes: true })
    expect(await lab.dv('verify', '--remote=s3')).toMatchObject({ exit: 0 })
    expect(server.unmetFaults()).toEqual([])
  })

  test('large objects stream through, whole or not', async () => {
    const bytes = Buffer.alloc(3 << 20, 'large')
    lab.write('f.txt', bytes)
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    await expectDone(lab.dv('push', '-q', '-r', 's3'))
    expect((await lab.dv('verify', '--remote=s3', 'f.txt')).stdout).toBe("1 object on 's3' read (3.1 MB)\n")
    const key = server.shelf.keys('lab').find(each => server.shelf.get('lab', each)?.bytes.length === bytes.length) ?? ''
    server.shelf.put('lab', key, { bytes: Buffer.concat([bytes.subarray(1), Buffer.from('x')]) })
    expect(await lab.dv('verify', '--remote=s3', 'f.txt')).toMatchObject({ exit: 1 })
  })

  test('a bucket that refuses everything is an error, not a thousand missing objects', async () => {
    server.addFault({ operation: 'get', status: 403, code: 'AccessDenied', times: Infinity })
    const said = await lab.dv('verify', '--remote=s3')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('refuses: AccessDenied')
    expect(said.stderr).not.toContain('missing')
  })
})

describe('a sample', () => {
  test('is chosen by item and seed, not by order', async () => {
    lab = await openTrackedLab()
    const items = Array.from({ length: 1_000 }, (_, at) => `file ${at}`)
    const part = parseSampleSize('5%')
    const some = parseSampleSize('7')
    if (!part || !some) throw new Error('these are sizes')
    expect(sampleOf(items, part, 'a')).toHaveLength(50)
    expect(sampleOf(items, some, 'a')).toHaveLength(7)
    expect(sampleOf(['x'], part, 'a')).toEqual(['x'])
    expect(sampleOf([...items].reverse(), part, 'a')).toEqual(sampleOf(items, part, 'a'))
    expect(sampleOf(items, part, 'b')).not.toEqual(sampleOf(items, part, 'a'))
    expect(['', '0', '0%', '101%', '-1', '5 %'].map(parseSampleSize)).toEqual(Array(6).fill(undefined))
  })
})
