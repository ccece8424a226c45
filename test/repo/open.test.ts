import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { findRoot } from '../../src/repo/find-root.ts'
import { type Repo, withRepo } from '../../src/repo/open.ts'
import { findPointers } from '../../src/repo/pointers.ts'
import { temporaryFolder, temporaryRepository } from './temporary-repository.ts'

test('the root is the nearest folder above with .dvc, by its real path', async () => {
  const { root, write, at } = temporaryRepository()
  write({ 'a/b/x': '', 'a/.dvc': 'a file is no repository' })
  const link = join(temporaryFolder(), 'link')
  symlinkSync(root, link)
  const seen = (cwd: string) => withRepo(at(cwd), async repo => [repo.root, repo.cwd])
  expect(await seen(join(root, 'a/b'))).toEqual([root, join(root, 'a/b')])
  expect(await seen(join(link, 'a'))).toEqual([root, join(root, 'a')])
})

test('outside of a repository it says so', async () => {
  const { context } = temporaryRepository({ dvc: false })
  expect(findRoot(context)).toBeUndefined()
  await expect(withRepo(context, async () => undefined)).rejects.toMatchObject({
    code: 'not-a-repo',
    message: expect.stringMatching(/^you are not inside of a dv or DVC repository \(checked up to mount point '\/.*'\)$/),
    hint: 'dv init',
  })
})

test('git is where .git is, a file or a folder, unless core.no_scm', async () => {
  const { root, write, at, context } = temporaryRepository()
  const gitRoot = (cwd: string) => withRepo(at(cwd), async repo => [repo.gitRoot, repo.git?.root])
  expect(await gitRoot(root)).toEqual([root, root])
  write({ 'sub/.dvc/config': '', 'tree/.git': 'gitdir: /elsewhere\n', 'tree/.dvc/config': '' })
  expect(await gitRoot(join(root, 'sub'))).toEqual([root, root])
  expect(await gitRoot(join(root, 'tree'))).toEqual([join(root, 'tree'), join(root, 'tree')])
  write({ '.dvc/config': '[core]\n    no_scm = True\n' })
  expect(await gitRoot(root)).toEqual([undefined, undefined])
  const bare = temporaryRepository({ git: false })
  expect(await withRepo({ ...context, cwd: bare.root }, async repo => repo.gitRoot)).toBeUndefined()
})

test('opening and looking writes nothing', async () => {
  const { root, context, write } = temporaryRepository()
  write({ 'a.dvc': 'outs:\n- path: a\n' })
  await withRepo(context, async repo => {
    findPointers(repo)
    repo.cache('md5').pathOf
    repo.cache('md5-dos2unix')
    await repo.stateIndex(join(root, 'a')).read()
    expect(repo.links).toEqual(['reflink', 'copy'])
  })
  expect(readdirSync(join(root, '.dvc')).sort()).toEqual(['.gitignore', 'config'])
})

test('caches, indexes and stores are opened once; the cache is where cache.dir says', async () => {
  const { root, context, write } = temporaryRepository()
  write({
    '.dvc/config': `[cache]\n    dir = ../../shared\n    type = "hardlink,copy"\n[core]\n    remote = r\n['remote "r"']\n    url = ../store\n`,
  })
  await withRepo(context, async repo => {
    expect(repo.cache('md5')).toBe(repo.cache('md5'))
    expect(repo.cache('md5').folder).toBe(join(root, '../shared'))
    expect(repo.links).toEqual(['hardlink', 'copy'])
    expect(repo.stateIndex(join(root, 'a'))).toBe(repo.stateIndex(join(root, 'a')))
    const remote = await repo.remote(undefined)
    expect(remote).toEqual({ name: 'r', url: join(root, 'store'), options: {} })
    expect(await repo.store(remote, 'md5')).toBe(await repo.store(await repo.remote('R'), 'md5'))
    expect(await repo.store(remote, 'md5')).not.toBe(await repo.store(remote, 'md5-dos2unix'))
  })
})

test('closes what was opened after success and failure, and tells the first failure', async () => {
  const { context, write, git } = temporaryRepository()
  write({ a: 'x', '.dvc/config': `['remote "ftp"']\n    url = remote://r\n['remote "r"']\n    url = ../store\n` })
  git('add', 'a')
  git('commit', '-qm', '1')
  const run = (end: (repo: Repo) => Promise<unknown>) =>
    withRepo(context, async repo => {
      expect(Buffer.from((await repo.git?.readAt(repo.git.commitOf('HEAD'), 'a')) ?? '').toString()).toBe('x')
      return await end(repo)
    })
  expect(await run(async () => 'done')).toBe('done')
  await expect(run(() => Promise.reject(new Error('first')))).rejects.toThrow('first')
  await expect(run(repo => repo.store({ name: 'x', url: 'ftp://x', options: {} }, 'md5'))).rejects.toMatchObject({ code: 'bad-config' })
})

test('a config that is wrong opens nothing', async () => {
  const { context, root, write } = temporaryRepository()
  mkdirSync(join(root, 'x'))
  write({ '.dvc/config': '[core]\n    nosuch = 1\n' })
  await expect(withRepo(context, async () => undefined)).rejects.toMatchObject({ code: 'bad-config' })
  expect(existsSync(join(root, '.dvc/tmp'))).toBe(false)
})
