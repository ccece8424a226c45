import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from '@jest/globals'
import { withRepo } from '../../src/repo/open.ts'
import { findPointers } from '../../src/repo/pointers.ts'
import { pointersAt } from '../../src/repo/pointers-at.ts'
import { type TemporaryRepository, temporaryRepository } from './temporary-repository.ts'

const id = 'b1946ac92492d2347c6235b4d2611184'
const pointer = (path: string, more = ''): string => `outs:\n- md5: ${id}\n  size: 6\n  hash: md5\n  path: ${path}\n${more}`

const outputsOf = (repository: TemporaryRepository): Promise<string[]> =>
  withRepo(repository.context, async repo => findPointers(repo).map(({ path }) => relative(repository.root, path)))

test('finds pointers everywhere but where DVC does not look', async () => {
  const repository = temporaryRepository()
  repository.write({
    'data.dvc': pointer('data'),
    'data/inner.dvc': 'not a pointer: it is data\n',
    'sub/b.dvc': pointer('b'),
    'sub/deep/c.dvc': pointer('c'),
    '.gitignore': '/ignored\n*.tmp.dvc\n',
    'ignored/broken.dvc': 'a: [',
    'x.tmp.dvc': 'a: [',
    '.dvcignore': 'skipped\n/left-out.dvc\n',
    'skipped/broken.dvc': 'a: [',
    'left-out.dvc': 'a: [',
    'nested/.dvc/config': '',
    'nested/broken.dvc': 'a: [',
    '.git/broken.dvc': 'a: [',
    '.dvc/tmp/broken.dvc': 'a: [',
    'wdir/d.dvc': `${pointer('d')}wdir: ../zzz\n`,
    'zzz/d/broken.dvc': 'a: [',
  })
  mkdirSync(join(repository.root, 'folder.dvc'))
  symlinkSync(join(repository.root, 'sub'), join(repository.root, 'link'))
  expect(await outputsOf(repository)).toEqual(['data', 'sub/b', 'sub/deep/c', 'zzz/d'])
})

test('a pointer that cannot be read fails, by name', async () => {
  const repository = temporaryRepository()
  repository.write({ 'sub/bad.dvc': 'outs:\n- path: x\n  unknown: 1\n' })
  await expect(outputsOf(repository)).rejects.toMatchObject({ code: 'bad-pointer', message: expect.stringContaining('sub/bad.dvc') })
})

test('two pointers never claim the same path, nor one inside the other', async () => {
  const same = temporaryRepository()
  same.write({ 'a.dvc': pointer('x'), 'b.dvc': pointer('x') })
  await expect(outputsOf(same)).rejects.toMatchObject({ code: 'bad-pointer', message: "output 'x' is specified in: - a.dvc - b.dvc" })

  const nested = temporaryRepository()
  nested.write({ 'a.dvc': pointer('x'), 'x-y.dvc': pointer('x-y'), 'b.dvc': pointer('x/deep/y') })
  await expect(outputsOf(nested)).rejects.toMatchObject({
    code: 'bad-pointer',
    message: "the outputs 'x' (a.dvc) and 'x/deep/y' (b.dvc) overlap: each file can belong to one of them only",
  })
})

test("git's ignore files count from the git root, and the user's own excludes file too", async () => {
  const repository = temporaryRepository({ dvc: false })
  repository.write({
    '.gitignore': '/project/out\n',
    'project/.dvc/config': '',
    'project/a.dvc': pointer('a'),
    'project/out/broken.dvc': 'a: [',
    'project/venv/broken.dvc': 'a: [',
    'project/site/broken.dvc': 'a: [',
    'out/b.dvc': 'a: [',
  })
  repository.git('config', '--file', join(repository.home, '.gitconfig'), 'core.excludesFile', join(repository.root, 'excludes'))
  repository.write({ excludes: 'venv\n', '.git/info/exclude': 'site\n' })
  const found = await withRepo(repository.at(join(repository.root, 'project')), async repo => findPointers(repo).map(({ path }) => path))
  expect(found).toEqual([join(repository.root, 'project/a')])
})

test('without git there is nothing that git ignores', async () => {
  const repository = temporaryRepository({ git: false })
  repository.write({ '.gitignore': '*\n', 'a.dvc': pointer('a') })
  expect(await outputsOf(repository)).toEqual(['a'])
})

const pipeline = {
  'pipe/dvc.yaml':
    'stages:\n  prep:\n    cmd: x\n    wdir: w\n    outs:\n    - big:\n        push: false\n    metrics:\n    - m.json:\n        cache: false\n',
  'pipe/dvc.lock': `schema: '2.0'\nstages:\n  prep:\n    cmd: x\n    outs:\n    - path: big\n      hash: md5\n      md5: ${id}\n      size: 6\n    - path: m.json\n      hash: md5\n      md5: ${id}\n      size: 6\n`,
}

test('outputs of stages are tracked as they last ran', async () => {
  const repository = temporaryRepository()
  repository.write({ ...pipeline, 'other/dvc.yaml': 'stages:\n  never-ran:\n    cmd: y\n    outs: [z]\n' })
  const found = await withRepo(repository.context, async repo => findPointers(repo))
  expect(
    found.map(({ path, pointerFile, stage, output }) => [
      relative(repository.root, path),
      relative(repository.root, pointerFile),
      stage,
      output.cached,
      output.pushed,
    ]),
  ).toEqual([
    ['pipe/w/big', 'pipe/dvc.lock', 'prep', true, false],
    ['pipe/w/m.json', 'pipe/dvc.lock', 'prep', false, true],
  ])
})

test('reads what commits tracked, also below a project in a folder', async () => {
  const repository = temporaryRepository({ dvc: false })
  const { write, git } = repository
  write({
    'p/.dvc/config': '',
    'p/a.dvc': pointer('a'),
    'p/sub/b.dvc': pointer('b'),
    'p/nested/.dvc/config': '',
    'p/nested/bad.dvc': 'a: [',
    'bad.dvc': 'a: [',
  })
  git('add', '.')
  git('commit', '-qm', '1')
  write(Object.fromEntries(Object.entries(pipeline).map(([name, text]) => [`p/${name}`, text])))
  git('rm', '-q', 'p/a.dvc')
  git('add', '.')
  git('commit', '-qm', '2')
  write({ 'p/broken.dvc': 'a: [' })
  git('add', '.')
  git('commit', '-qm', '3')
  await withRepo(repository.at(join(repository.root, 'p')), async repo => {
    const at = async (revision: string): Promise<string[]> =>
      (await pointersAt(repo, git('rev-parse', revision).trim())).map(({ path }) => relative(repo.root, path))
    expect(await at('HEAD~2')).toEqual(['a', 'sub/b'])
    expect(await at('HEAD~1')).toEqual(['pipe/w/big', 'pipe/w/m.json', 'sub/b'])
    await expect(at('HEAD')).rejects.toMatchObject({
      code: 'bad-pointer',
      message: expect.stringContaining(`broken.dvc (at ${git('rev-parse', '--short=7', 'HEAD').trim()})`),
    })
  })
})
