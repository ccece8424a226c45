/** A repository of DVC 2 (s07): its layout and line ends, read and kept; what changes becomes DVC 3's. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { expectDone, filesBelow, type Lab, openLab } from '../doubles/lab.ts'
import { unpackGolden } from '../golden/unpack-golden.ts'

let lab: Lab
let input = ''
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** The repository and its remote as DVC left them. */
async function openLegacy(): Promise<void> {
  const golden = unpackGolden('s07-legacy-dvc2')
  lab = await openLab()
  closing.push(golden.remove, lab.close)
  rmSync(lab.root, { recursive: true })
  cpSync(join(golden.folder, 'repo'), lab.root, { recursive: true, preserveTimestamps: true })
  cpSync(join(golden.folder, 'remote'), join(lab.outside, 'remote'), { recursive: true, preserveTimestamps: true })
  input = join(golden.folder, 'input')
}

const pointers = (): readonly string[] => ['bin.dat.dvc', 'crlf.txt.dvc', 'd.dvc', 'lf.txt.dvc'].map(lab.read)
const isLegacy = (path: string): boolean => /^[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?$/.test(path)
const inCache = (): readonly string[] => lab.files('.dvc/cache').filter(path => !path.startsWith('.dv/'))
const onRemote = (): readonly string[] => filesBelow(join(lab.outside, 'remote')).filter(path => !path.startsWith('.dv/'))

test('status, with and without the remote: clean; checkout and push find nothing to do', async () => {
  await openLegacy()
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  expect((await lab.dv('status', '-c', '--json')).stdout).toBe('{}\n')
  expect(await lab.dv('checkout')).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect((await lab.dv('push')).stdout).toBe('Everything is up to date.\n')
  expect((await lab.dv('pull')).stdout).toBe('Everything is up to date.\n')
})

test('checkout brings the data back as it was, line ends and all', async () => {
  await openLegacy()
  for (const name of ['d', 'bin.dat']) rmSync(join(lab.root, name), { recursive: true })
  await expectDone(lab.dv('checkout'))
  for (const path of ['d/p.txt', 'd/q.txt', 'd/r.bin', 'bin.dat'])
    expect(readFileSync(join(lab.root, path)).equals(readFileSync(join(input, path)))).toBe(true)
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
})

test('pull into an empty cache keeps the old layout', async () => {
  await openLegacy()
  for (const name of ['d', 'bin.dat', 'lf.txt', '.dvc/cache']) rmSync(join(lab.root, name), { recursive: true })
  expect((await lab.dv('status', '--json')).stdout).toContain('"d":"not in cache"')
  await expectDone(lab.dv('pull'))
  expect(inCache()).toEqual(onRemote())
  expect(inCache().every(isLegacy)).toBe(true)
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
})

test('push to an empty remote keeps the old layout', async () => {
  await openLegacy()
  rmSync(join(lab.outside, 'remote'), { recursive: true })
  await expectDone(lab.dv('push'))
  expect(onRemote()).toEqual(inCache())
})

test('add of what did not change leaves pointers and cache alone', async () => {
  await openLegacy()
  const before = [pointers(), inCache()]
  expect((await expectDone(lab.dv('add', 'd', 'bin.dat', 'lf.txt', 'crlf.txt'))).stdout).toBe(
    'd: 3 files, 705 B, unchanged\nbin.dat: 7 B, unchanged\nlf.txt: 4 B, unchanged\ncrlf.txt: 6 B, unchanged\n',
  )
  expect([pointers(), inCache()]).toEqual(before)
})

test('only other line ends: still unchanged', async () => {
  await openLegacy()
  lab.write('lf.txt', lab.read('lf.txt').replaceAll('\n', '\r\n'))
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
})

test('add of what changed makes it DVC 3’s: hash at the end, objects in files/md5; the rest stays', async () => {
  await openLegacy()
  const [bin] = pointers()
  lab.write('lf.txt', 'a\nb\nz\n')
  lab.write('d/p.txt', 'changed\r\n')
  expect(JSON.parse((await lab.dv('status', '--json')).stdout)).toEqual({
    'd.dvc': [{ 'changed outs': { d: 'modified' } }],
    'lf.txt.dvc': [{ 'changed outs': { 'lf.txt': 'modified' } }],
  })
  await expectDone(lab.dv('add', 'd', 'lf.txt', 'bin.dat'))
  expect(lab.read('lf.txt.dvc')).toBe(
    `outs:\n- md5: ${createHash('md5').update('a\nb\nz\n').digest('hex')}\n  size: 6\n  path: lf.txt\n  hash: md5\n`,
  )
  expect(lab.read('d.dvc')).toMatch(/\.dir\n {2}size: \d+\n {2}nfiles: 3\n {2}path: d\n {2}hash: md5\n$/)
  expect(lab.read('bin.dat.dvc')).toBe(bin)
  expect(inCache().filter(path => path.startsWith('files/md5/'))).toHaveLength(5)
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  await expectDone(lab.dv('push'))
  for (const name of ['.dvc/cache', 'd', 'lf.txt']) rmSync(join(lab.root, name), { recursive: true })
  await expectDone(lab.dv('pull'))
  expect([lab.read('lf.txt'), lab.read('d/p.txt')]).toEqual(['a\nb\nz\n', 'changed\r\n'])
})

test('unsaved data is protected here, too', async () => {
  await openLegacy()
  lab.write('d/p.txt', 'mine')
  expect((await lab.dv('checkout')).exit).toBe(255)
  expect(lab.read('d/p.txt')).toBe('mine')
  await expectDone(lab.dv('checkout', '-f'))
  expect(readFileSync(join(lab.root, 'd/p.txt')).equals(readFileSync(join(input, 'd/p.txt')))).toBe(true)
})

test('a part of a folder of DVC 2 cannot be added alone; what can be done is said', async () => {
  await openLegacy()
  lab.write('d/new', 'new')
  const before = pointers()
  const said = await lab.dv('add', 'd/new')
  expect(said).toMatchObject({ exit: 1, stdout: '' })
  expect(said.stderr).toContain('hint: dv add d\n')
  expect(pointers()).toEqual(before)
  expect(existsSync(join(lab.root, 'd/new.dvc'))).toBe(false)
})

test('verify: work tree, cache and remote of DVC 2, either hash of a large text; a damaged object comes back in its old place', async () => {
  await openLegacy()
  for (const words of [[], ['--cache'], ['--remote']]) expect(await lab.dv('verify', ...words)).toMatchObject({ exit: 0, stderr: '' })
  const object = onRemote().find(path => isLegacy(path) && !path.endsWith('.dir')) ?? ''
  for (const place of [join(lab.outside, 'remote', object), join(lab.root, '.dvc/cache', object)]) {
    rmSync(place)
    writeFileSync(place, 'damaged')
  }
  expect(await lab.dv('verify', '--remote', '--repair')).toMatchObject({ exit: 0 })
  expect(await lab.dv('verify', '--cache')).toMatchObject({ exit: 0 })
  expect(readFileSync(join(lab.outside, 'remote', object), 'utf8')).not.toBe('damaged')
  expect(inCache().every(isLegacy)).toBe(true)
})
