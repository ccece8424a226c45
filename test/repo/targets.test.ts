import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from '@jest/globals'
import { withRepo } from '../../src/repo/open.ts'
import { type SelectOptions, selectOutputs } from '../../src/repo/targets.ts'
import { temporaryFolder, temporaryRepository } from './temporary-repository.ts'

const id = 'b1946ac92492d2347c6235b4d2611184'
const file = (path: string): string => `outs:\n- md5: ${id}\n  size: 6\n  hash: md5\n  path: ${path}\n`
const folder = (path: string): string => `outs:\n- md5: ${id}.dir\n  size: 6\n  nfiles: 1\n  hash: md5\n  path: ${path}\n`

const opened = () => {
  const repository = temporaryRepository()
  repository.write({
    'data.dvc': folder('data'),
    'a.txt.dvc': file('a.txt'),
    'sub/b.dvc': folder('b'),
    'sub/deep/c.dvc': file('c'),
    'other-name.dvc': file('sub/moved'),
    'stranger.txt': 'not tracked',
    'dvc.yaml': 'stages:\n  prep:\n    cmd: x\n    outs: [big]\n',
    'dvc.lock': `schema: '2.0'\nstages:\n  prep:\n    cmd: x\n    outs:\n    - path: big\n      hash: md5\n      md5: ${id}\n`,
  })
  const select = (targets: string[], options: SelectOptions & { cwd?: string } = {}): Promise<string[]> =>
    withRepo(repository.at(options.cwd ?? repository.root), async repo =>
      selectOutputs(repo, targets, options).map(
        ({ tracked, inside }) => relative(repository.root, tracked.path) + (inside === undefined ? '' : ` > ${inside}`),
      ),
    )
  return { ...repository, select }
}

test('no target means all', async () => {
  expect(await opened().select([])).toEqual(['a.txt', 'data', 'big', 'sub/moved', 'sub/b', 'sub/deep/c'])
})

test.each([
  ['data.dvc', 'data'],
  ['./data.dvc', 'data'],
  ['data', 'data'],
  ['data/', 'data'],
  ['./sub/../data', 'data'],
  ['data/x/y.jpg', 'data > x/y.jpg'],
  ['sub/b/z', 'sub/b > z'],
  ['sub/moved', 'sub/moved'],
  ['big', 'big'],
  ['prep', 'big'],
  ['dvc.yaml', 'big'],
  ['dvc.yaml:prep', 'big'],
])('%s is %s', async (target, wanted) => {
  expect(await opened().select([target])).toEqual([wanted])
})

test('a named pointer is read although another one is broken', async () => {
  const repository = opened()
  repository.write({ 'zzz.dvc': 'a: [' })
  expect(await repository.select(['data/x', 'a.txt', 'sub/deep/c.dvc'])).toEqual(['data > x', 'a.txt', 'sub/deep/c'])
  await expect(repository.select(['sub/moved'])).rejects.toMatchObject({ code: 'bad-pointer' })
})

test('targets are seen from the working folder, also behind a symbolic link', async () => {
  const repository = opened()
  expect(await repository.select(['b', '../data/1'], { cwd: join(repository.root, 'sub') })).toEqual(['sub/b', 'data > 1'])
  const link = join(temporaryFolder(), 'link')
  symlinkSync(repository.root, link)
  expect(await repository.select(['b', join(link, 'data')], { cwd: join(link, 'sub') })).toEqual(['sub/b', 'data'])
})

test('each comes once, and the whole includes its parts', async () => {
  expect(await opened().select(['data/1', 'data.dvc', 'data', 'sub/b/1', 'sub/b/1'])).toEqual(['data', 'sub/b > 1'])
})

test('a folder is meant with recursive only', async () => {
  const { select } = opened()
  expect(await select(['sub'], { recursive: true })).toEqual(['sub/moved', 'sub/b', 'sub/deep/c'])
  expect(await select(['.'], { recursive: true })).toHaveLength(6)
  await expect(select(['sub'])).rejects.toMatchObject({ code: 'unknown-target', hint: expect.stringContaining('-R sub') })
})

test('patterns are held against outputs and pointers', async () => {
  const { select } = opened()
  expect(await select(['sub/*'], { glob: true })).toEqual(['sub/moved', 'sub/b'])
  expect(await select(['**/*.dvc'], { glob: true })).toEqual(['a.txt', 'data', 'sub/moved', 'sub/b', 'sub/deep/c'])
  await expect(select(['nosuch*'], { glob: true })).rejects.toMatchObject({
    code: 'bad-target',
    message: "Glob ['nosuch*'] has no matches",
  })
})

test('what is not tracked is told in DVC words, with what to type', async () => {
  const repository = opened()
  mkdirSync(join(repository.root, 'empty'))
  const refused = (target: string) => repository.select([target]).catch((error: unknown) => error)
  expect(await refused('nosuch')).toMatchObject({
    code: 'unknown-target',
    message: "'nosuch' does not exist as an output or a stage name in 'dvc.yaml'",
    hint: undefined,
  })
  expect(await refused('stranger.txt')).toMatchObject({ code: 'unknown-target', hint: 'dv add stranger.txt' })
  expect(await refused('stranger.txt.dvc')).toMatchObject({
    code: 'unknown-target',
    message: "'stranger.txt.dvc' does not exist",
    hint: 'dv add stranger.txt',
  })
  expect(await refused('a.txt/inside')).toMatchObject({ code: 'unknown-target' })
  expect(await refused('/elsewhere')).toMatchObject({
    code: 'unknown-target',
    message: expect.stringContaining('outside of the repository'),
  })
  expect(await refused('')).toMatchObject({ code: 'unknown-target' })
})
