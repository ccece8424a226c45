/** dv cat and dv du. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runCli } from '../../src/cli/run-cli.ts'
import { expectDone } from '../doubles/lab.ts'
import { address, openServedLab, type ServedLab } from './served-lab.ts'

let lab: ServedLab
beforeEach(async () => {
  lab = await openServedLab()
})
afterEach(() => lab.end())

test('the bytes of a file, as they are', async () => {
  const chunks: Uint8Array[] = []
  const exit = await runCli(['cat', 'model.bin', '--rev', 'HEAD'], {
    cwd: lab.root,
    env: { PATH: process.env['PATH'], HOME: join(lab.outside, 'home') },
    signal: new AbortController().signal,
    stdout: { write: () => undefined },
    stderr: { write: () => undefined },
    pass: async bytes => void chunks.push(bytes),
  })
  expect({ exit, bytes: Buffer.concat(chunks) }).toEqual({ exit: 0, bytes: Buffer.from([0, 255, 10, 13, 128]) })
})

test('of a data set elsewhere by two requests, of this repository from where one stands', async () => {
  expect((await expectDone(lab.away('cat', address, 'data/odd/7.txt'))).stdout).toBe('file 7\n')
  expect(lab.asked()).toEqual(['list', 'get'])
  expect((await expectDone(lab.away('cat', address, 'code/run.sh'))).stdout).toBe('run\n')
  lab.write('data/odd/7.txt', 'changed')
  expect((await expectDone(lab.dv('cat', 'data/odd/7.txt'))).stdout).toBe('changed')
  expect((await expectDone(lab.dvIn(join(lab.root, 'data'), 'cat', 'odd/7.txt', '--rev', 'HEAD'))).stdout).toBe('file 7\n')
})

test('a damaged small object is not printed; of a large one the exit status tells', async () => {
  lab.write('large.bin', 'x'.repeat(3 << 20))
  await expectDone(lab.dv('add', '-q', 'large.bin'))
  await expectDone(lab.dv('push', '-q'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'large')
  const large = await expectDone(lab.away('cat', address, 'large.bin'))
  expect(large.stdout === 'x'.repeat(3 << 20)).toBe(true)
  for (const key of lab.server.shelf.keys('lab').filter(key => !key.endsWith('.dir')))
    lab.server.shelf.put('lab', key, {
      bytes: Buffer.from(lab.server.shelf.get('lab', key)?.bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) ?? []),
    })
  const small = await lab.away('cat', address, 'model.bin')
  expect(small).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('is damaged') })
  const again = await lab.away('cat', address, 'large.bin')
  expect(again.exit).toBe(1)
  expect(again.stdout).toHaveLength(3 << 20)
  expect(again.stderr).toContain('what was printed is wrong')
}, 30_000)

test.each([
  [['data'], 'is a folder'],
  [['nosuch'], "there is no 'nosuch'"],
  [['data/nosuch'], "there is no 'data/nosuch'"],
])('cat %j: exit 1', async (words, message) => {
  expect(await lab.away('cat', address, ...words)).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining(message) })
})

test('du: sizes of git and of pointers; of single files that are not here none', async () => {
  const du = async (...words: string[]) => (await expectDone(lab.away('du', ...words))).stdout
  expect(await du(address)).toBe('35  .gitignore\n4   code\n70  data\n5   model.bin\n114\n'.replace('35', '17').replace('114', '96'))
  expect(await du(address, '-s')).toBe('96\n')
  expect(await du(address, 'data')).toBe('-   data/even\n-   data/odd\n70  data\n')
  expect(lab.asked()).toEqual(['list'])
  expect((await expectDone(lab.dv('du', 'data', '-d', '2'))).stdout).toContain('7   data/even/0.txt\n')
  expect(JSON.parse((await expectDone(lab.dv('du', 'data', '--json'))).stdout)).toEqual([
    { path: 'data/even', size: 35 },
    { path: 'data/odd', size: 35 },
    { path: 'data', size: 70 },
  ])
  rmSync(join(lab.root, 'data'), { recursive: true })
  expect((await expectDone(lab.dv('du', '.', 'data', '-s'))).stdout).toBe('70  data\n')
  expect(await lab.away('du', address, 'nosuch')).toMatchObject({ exit: 1 })
})
