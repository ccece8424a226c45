import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openGit } from '../../src/repo/git.ts'
import { temporaryFolder, temporaryRepository } from './temporary-repository.ts'

const opened = () => {
  const repository = temporaryRepository({ dvc: false })
  return { ...repository, tool: openGit(repository.root, repository.context.env) }
}

test('names with glob characters, newlines and colons are names', () => {
  const { root, write, tool } = opened()
  const names = ['a[1].txt', 'a1.txt', ':(top)x', '-n', 'é\n"', 'd/*']
  write(Object.fromEntries(names.map(name => [name, name])))
  tool.stage([join(root, 'a[1].txt'), join(root, ':(top)x'), join(root, '-n'), join(root, 'é\n"')])
  expect(
    tool
      .trackedUnder([root])
      .map(path => path.slice(root.length + 1))
      .sort(),
  ).toEqual(['-n', ':(top)x', 'a[1].txt', 'é\n"'])
  expect(tool.trackedUnder([join(root, 'd')])).toEqual([])
  expect(tool.trackedUnder(['/elsewhere', join(root, '-n')])).toEqual([join(root, '-n')])
})

test('a file that is gone is staged as deleted, and one that git never knew is none of its business', () => {
  const { root, write, git, tool } = opened()
  write({ a: '1', b: '2' })
  git('add', '.')
  git('commit', '-qm', '1')
  rmSync(join(root, 'a'))
  tool.stage([join(root, 'a'), join(root, 'never')])
  expect(git('status', '--porcelain')).toBe('D  a\n')
})

test('tells what git ignores, folders and negated lines included', () => {
  const { root, write, tool } = opened()
  write({ '.gitignore': '/data/\n*.log\n!keep.log\n', 'sub/.gitignore': '/x\n' })
  mkdirSync(join(root, 'data'))
  const at = (name: string): string => join(root, name) + (name.endsWith('/') ? '' : '')
  expect([...tool.ignored(['data/', 'a.log', 'keep.log', 'sub/x', 'x', 'new/'].map(at))].map(path => path.slice(root.length + 1))).toEqual([
    'data/',
    'a.log',
    'sub/x',
  ])
  expect(tool.isIgnored(join(root, 'sub/x'))).toBe(true)
  expect(tool.isIgnored('/elsewhere/sub/x')).toBe(false)
})

test('reads files and trees at commits through one process', async () => {
  const { write, git, tool } = opened()
  expect(tool.head()).toBeUndefined()
  const large = 'x'.repeat(300_000)
  write({ 'a.txt': 'one\n', 'd/e/big': large, 'd/empty': '' })
  git('add', '.')
  git('commit', '-qm', '1')
  git('tag', '-a', 'v1', '-m', 'v1')
  git('tag', '-a', 'v1-again', '-m', 'again', 'v1')
  write({ 'a.txt': 'two\n' })
  git('commit', '-qam', '2')
  const first = tool.commitOf('v1')
  const text = async (commit: string, path: string) => (await tool.readAt(commit, path))?.toString()
  const all = await Promise.all([
    text(first, 'a.txt'),
    text(tool.commitOf('HEAD'), 'a.txt'),
    text(first, 'd/e/big'),
    text(first, 'd/empty'),
    text(first, 'no'),
    text(first, 'd/e'),
    text(first, 'a.txt/x'),
  ])
  expect(all).toEqual(['one\n', 'two\n', large, '', undefined, undefined, undefined])
  expect((await tool.treeAt(first, 'd'))?.map(({ name, kind }) => `${kind} ${name}`)).toEqual(['folder e', 'file empty'])
  expect(await tool.treeAt(first, 'nosuch')).toBeUndefined()
  await tool.close()
})

test('lists commits of branches, tags and all, each once', () => {
  const { write, git, tool } = opened()
  const commit = (text: string): string => {
    write({ a: text })
    git('add', '.')
    git('commit', '-qm', text)
    return git('rev-parse', 'HEAD').trim()
  }
  const one = commit('1')
  git('tag', 'plain')
  git('tag', '-a', 'full', '-m', 'x')
  git('tag', '-a', 'nested', '-m', 'x', 'full')
  git('tag', 'blob', git('rev-parse', 'HEAD:a').trim())
  const two = commit('2')
  const three = commit('3')
  git('branch', 'other', two)
  expect([...tool.commits('branches')].sort()).toEqual([two, three].sort())
  expect(tool.commits('tags')).toEqual([one])
  expect([...tool.commits('all')].sort()).toEqual([one, two, three].sort())
})

test('an empty repository has no commits', () => {
  const { tool } = opened()
  for (const scope of ['branches', 'tags', 'all'] as const) expect(tool.commits(scope)).toEqual([])
})

test('a revision never becomes an option, and an unknown one is named', () => {
  const { tool } = opened()
  expect(() => tool.commitOf('--output=/tmp/x')).toThrow('begins with "-"')
  expect(() => tool.commitOf('nosuch')).toThrow('unknown Git revision "nosuch"')
})

test('no git binary, and a repository that git does not trust, are told with the cure', () => {
  const { root, context } = opened()
  const nowhere = openGit(root, { ...context.env, PATH: temporaryFolder() })
  expect(() => nowhere.head()).toThrow(expect.objectContaining({ code: 'git-failed', hint: expect.stringContaining('install git') }))

  const fake = temporaryFolder()
  writeFileSync(
    join(fake, 'git'),
    `#!/bin/sh\necho "fatal: detected dubious ownership in repository at '${root}'
To add an exception for this directory, call:\n\n\tgit config --global --add safe.directory ${root}" >&2\nexit 128\n`,
  )
  chmodSync(join(fake, 'git'), 0o755)
  const foreign = openGit(root, { ...context.env, PATH: `${fake}:${context.env['PATH']}` })
  const refusal = expect.objectContaining({ code: 'git-failed', hint: `git config --global --add safe.directory ${root}` })
  expect(() => foreign.commitOf('HEAD')).toThrow(refusal)
  expect(() => foreign.trackedUnder([root])).toThrow(refusal)
})

test('the reader that cannot start fails its callers', async () => {
  const { root, context } = opened()
  const nowhere = openGit(root, { ...context.env, PATH: temporaryFolder() })
  await expect(nowhere.readBlob('0'.repeat(40))).rejects.toMatchObject({ code: 'git-failed' })
  await nowhere.close()
})
