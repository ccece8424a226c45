/** dv cache migrate: what DVC 2 has left gets its place in DVC 3's layout (s07), and nothing is lost on the way. */
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { unpackGolden } from '../golden/unpack-golden.ts'

let lab: Lab
let remove: () => void
beforeEach(async () => {
  const golden = unpackGolden('s07-legacy-dvc2')
  lab = await openLab()
  remove = golden.remove
  rmSync(lab.root, { recursive: true })
  cpSync(join(golden.folder, 'repo'), lab.root, { recursive: true, preserveTimestamps: true })
})
afterEach(() => {
  remove()
  lab.close()
})

const names = ['bin.dat', 'crlf.txt', 'd', 'lf.txt']
const inCache = (): readonly string[] => lab.files('.dvc/cache').filter(path => !path.startsWith('.dv/'))
const legacy = (): readonly string[] => inCache().filter(path => !path.startsWith('files/'))
const fresh = (): readonly string[] => inCache().filter(path => path.startsWith('files/'))
const pointers = (): readonly string[] => names.map(name => lab.read(`${name}.dvc`))
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

function expectWholeCache(): void {
  for (const path of fresh()) {
    const id = path.slice('files/md5/'.length).replace('/', '').replace('.dir', '')
    expect([path, md5(readFileSync(join(lab.root, '.dvc/cache', path)))]).toEqual([path, id])
  }
}

test('each object is linked to its md5, lists of files too; the old ones, and the pointers, stay as they were', async () => {
  const before = [legacy(), pointers()]
  expect((await expectDone(lab.dv('cache', 'migrate'))).stdout).toBe(`Migrated ${legacy().length} objects to the cache of DVC 3\n`)
  expect([legacy(), pointers()]).toEqual(before)
  expectWholeCache()
  const inodes = (paths: readonly string[]) => paths.map(path => lstatSync(join(lab.root, '.dvc/cache', path)).ino).sort()
  expect(inodes(fresh())).toEqual(inodes(legacy()))
  expect((await expectDone(lab.dv('cache', 'migrate'))).stdout).toMatch(/^Migrated 0 objects .* \(\d+ there already\)\n$/)
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
})

test('--dry, with and without --dvc-files, changes nothing', async () => {
  const before = [inCache(), pointers()]
  expect((await expectDone(lab.dv('cache', 'migrate', '--dry'))).stdout).toMatch(/^\d+ objects would be hashed/)
  const { stdout } = await expectDone(lab.dv('cache', 'migrate', '--dry', '--dvc-files'))
  for (const name of names) expect(stdout).toContain(`${name}.dvc: would be rewritten\n`)
  expect([inCache(), pointers()]).toEqual(before)
})

test('--dvc-files: pointers of DVC 3, the same data, whether it is in the work tree or only in the cache', async () => {
  rmSync(join(lab.root, 'lf.txt'))
  rmSync(join(lab.root, 'd'), { recursive: true })
  await expectDone(lab.dv('cache', 'migrate', '--dvc-files'))
  for (const text of pointers())
    expect(text).toMatch(/^outs:\n- md5: [0-9a-f]{32}(\.dir)?\n {2}size: \d+\n( {2}nfiles: 3\n)? {2}path: \S+\n {2}hash: md5\n$/)
  expect((await expectDone(lab.dv('checkout'))).stdout).toBe('A       d/\nA       lf.txt\n')
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  expect(lab.read('bin.dat.dvc')).toContain(md5(readFileSync(join(lab.root, 'bin.dat'))))
  expectWholeCache()
  expect((await expectDone(lab.dv('cache', 'migrate', '--dvc-files'))).stdout).toContain('No pointers to migrate\n')
})

test('--dvc-files leaves the pointer of what was changed, or is nowhere, and says so', async () => {
  const before = pointers()
  lab.write('bin.dat', 'changed')
  rmSync(join(lab.root, 'd'), { recursive: true })
  const inD = JSON.parse(readFileSync(join(lab.root, '.dvc/cache', legacy().find(path => path.endsWith('.dir')) ?? ''), 'utf8'))
  const lost: string = inD.find((entry: { relpath: string }) => entry.relpath === 'r.bin').md5
  rmSync(join(lab.root, '.dvc/cache', lost.slice(0, 2), lost.slice(2)), { force: true })
  const { exit, stderr } = await lab.dv('cache', 'migrate', '--dvc-files')
  expect(exit).toBe(1)
  expect(stderr).toContain("bin.dat.dvc stays: 'bin.dat' was changed; dv add bin.dat takes the change")
  expect(stderr).toContain("d.dvc stays: 'd' is neither in the work tree nor in the cache; dv pull d first")
  expect([pointers()[0], pointers()[2]]).toEqual([before[0], before[2]])
  expect(pointers()[3]).toContain('hash: md5')
})

test('a damaged object gets no new name, and is told', async () => {
  const path = legacy().find(name => !name.endsWith('.dir')) ?? ''
  const file = join(lab.root, '.dvc/cache', path)
  chmodSync(file, 0o644)
  writeFileSync(file, 'damaged')
  chmodSync(file, 0o444)
  const { exit, stderr } = await lab.dv('cache', 'migrate')
  expect([exit, stderr]).toEqual([1, `WARNING: object ${path.replace('/', '')} of DVC 2 is damaged and was left out\n`])
  expect(fresh().some(name => name.includes(md5(Buffer.from('damaged')).slice(2)))).toBe(false)
  expect(readFileSync(file, 'utf8')).toBe('damaged')
})

test('nothing of DVC 2', async () => {
  rmSync(lab.root, { recursive: true })
  remove()
  lab.close()
  lab = await openLab({ ready: true })
  expect((await expectDone(lab.dv('cache', 'migrate', '--dvc-files'))).stdout).toBe(
    'Migrated 0 objects to the cache of DVC 3\nNo pointers to migrate\n',
  )
})
