import { readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab

beforeEach(async () => {
  lab = await openLab({ ready: true })
})
afterEach(() => lab.close())

const cached = (): readonly string[] => lab.files('.dvc/cache/files/md5')
const kilobyte = (of: string): string => of.repeat(1000)
const add = async (name: string): Promise<void> => {
  lab.write(name, kilobyte(name))
  await expectDone(lab.dv('add', '-q', name))
  await setTimeout(20) // so that clocks of file systems tell them apart
}
const limit = async (text: string): Promise<void> => {
  lab.write('.dvc/dv.yaml', `cache:\n  limit: ${text}\n`)
  await expectDone(lab.dv('trust', 'cache.limit'))
}
const isCached = (name: string): boolean => {
  const md5 = /md5: (\w+)/.exec(lab.read(`${name}.dvc`))?.[1] ?? ''
  return cached().includes(`${md5.slice(0, 2)}/${md5.slice(2)}`)
}

test('what was used least lately goes, as far as a remote has it and no further than needed', async () => {
  for (const name of ['a', 'b', 'c']) await add(name)
  await expectDone(lab.dv('push'))
  await limit('3 kB')
  await add('d')
  expect(['a', 'b', 'c', 'd'].map(isCached)).toEqual([false, true, true, true])
  expect(lab.read('a')).toBe(kilobyte('a'))
  rmSync(join(lab.root, 'a'))
  const said = await expectDone(lab.dv('pull', 'a'))
  expect(said.stderr).toContain("cache.limit 3 kB: 1 object, 1.0 kB, dropped from the cache; 'stor' has it")
  expect(['a', 'b', 'c', 'd'].map(isCached)).toEqual([true, false, true, true])
})

test('what is on no remote stays, and a warning says that the limit is not kept', async () => {
  for (const name of ['a', 'b']) await add(name)
  await limit('1 kB')
  lab.write('c', 'c')
  expect((await expectDone(lab.dv('add', 'c'))).stderr).toContain('more than its limit of 1 kB')
  expect(cached()).toHaveLength(3)
})

test('without a trusting word of the user a committed limit drops nothing', async () => {
  for (const name of ['a', 'b']) await add(name)
  await expectDone(lab.dv('push'))
  lab.write('.dvc/dv.yaml', 'cache:\n  limit: 1 kB\n')
  expect(await expectDone(lab.dv('fetch'))).toMatchObject({ stderr: expect.stringContaining('dv trust cache.limit') })
  expect(cached()).toHaveLength(2)
  expect((await expectDone(lab.dv('trust'))).stdout).toContain('not trusted: cache.limit = 1 kB')
  await expectDone(lab.dv('trust', '--all'))
  lab.write('.dvc/dv.yaml', 'cache:\n  limit: 0 kB\n') // another value asks again
  await expectDone(lab.dv('fetch'))
  expect(cached()).toHaveLength(2)
})

test('a remote that cannot be asked spoils nothing but the limit', async () => {
  for (const name of ['a', 'b']) await add(name)
  await limit('1 kB')
  await expectDone(lab.dv('remote', 'remove', 'stor'))
  lab.write('c', 'c')
  expect(await expectDone(lab.dv('add', 'c'))).toMatchObject({ stderr: expect.stringContaining('could not be kept within 1 kB') })
  expect(isCached('c')).toBe(true)
})

test('a setting that is none stops the verb before it could delete', async () => {
  await add('a')
  lab.write('.dvc/dv.yaml', 'cache:\n  limit: 5\n')
  expect((await lab.dv('fetch')).exit).toBe(251)
  expect((await lab.dv('gc', '-w', '-f')).exit).toBe(251)
  expect(cached()).toHaveLength(1)
})

test('a longer time in the trash is followed, a shorter one only when it is trusted', async () => {
  await add('a')
  lab.write('b', 'b')
  await expectDone(lab.dv('add', '-q', 'b'))
  rmSync(join(lab.root, 'b.dvc'))
  await expectDone(lab.dv('gc', '-w', '-f'))
  const trash = join(lab.root, '.dvc/cache/.dv/trash')
  const [batch = ''] = readdirSync(trash)
  const old = new Date(Date.now() - 10 * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '')
  renameSync(join(trash, batch), join(trash, `${old}${batch.slice(16)}`))
  utimesSync(trash, 0, 0)
  lab.write('.dvc/dv.yaml', 'gc:\n  trash: 30 days\n')
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect(readdirSync(trash)).toHaveLength(1)
  lab.write('.dvc/dv.yaml', 'gc:\n  trash: 1 hour\n  remote: 1 hour\n')
  expect((await expectDone(lab.dv('gc', '-w', '--dry'))).stderr).toContain('dv trust gc.trash')
  await expectDone(lab.dv('gc', '-w', '-f'))
  expect(readdirSync(trash)).toHaveLength(0) // 10 days are more than 7
})
