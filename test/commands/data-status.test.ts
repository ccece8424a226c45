import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { cached, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

const json = async (...words: readonly string[]): Promise<unknown> =>
  JSON.parse((await expectDone(lab.dv('data', 'status', '--json', ...words))).stdout)

describe('changes', () => {
  test('none', async () => {
    expect(await lab.dv('data', 'status')).toEqual({ exit: 0, stdout: 'No changes.\n', stderr: '' })
    expect(await json()).toEqual({})
    expect(await json('--unchanged')).toEqual({ unchanged: ['data/', 'f.txt'] })
    expect(await json('--unchanged', '--granular')).toEqual({ unchanged: ['data/', 'data/a', 'data/b', 'data/sub/c', 'f.txt'] })
  })

  test('in the work tree, then in the pointers, then in git', async () => {
    lab.write('data/new', 'new')
    lab.remove('data/b')
    lab.write('f.txt', 'second')
    const changes = { added: ['data/new'], deleted: ['data/b'], modified: ['data/', 'f.txt'] }
    expect(await json()).toEqual({ uncommitted: { modified: ['data/', 'f.txt'] } })
    expect(await json('--granular')).toEqual({ uncommitted: changes })
    await expectDone(lab.dv('add', '-q', 'data', 'f.txt'))
    expect(await json('--granular')).toEqual({ committed: changes })
    expect(await json('--granular', '--unchanged')).toEqual({ committed: changes, unchanged: ['data/a', 'data/sub/c'] })
    lab.commit('two')
    expect(await json('--granular')).toEqual({})
  })

  test('a folder that was renamed with its pointer', async () => {
    lab.git('mv', 'data.dvc', 'other.dvc')
    lab.write('other.dvc', lab.read('other.dvc').replace('path: data', 'path: other'))
    expect(await json()).toEqual({ committed: { renamed: [{ old: 'data/', new: 'other/' }] }, uncommitted: { deleted: ['other/'] } })
  })

  test('as text', async () => {
    lab.write('data/new', 'new')
    lab.remove(cached('b'))
    lab.write('loose', '')
    expect((await lab.dv('data', 'status', '--granular', '--untracked-files')).stdout).toBe(`Not in cache:
  (use "dv fetch <file>..." to download files)
        data/b

Uncommitted changes:
  (use "dv add <file>..." to track changes)
  (use "dv checkout <file>..." to discard changes)
        modified: data/
        added: data/new

Untracked files:
  (use "git add <file>..." or "dv add <file>..." to track them)
        loose
(there are other changes not tracked by dv, use "git status" to see)
`)
  })

  test('before the first commit, and without git', async () => {
    lab.git('update-ref', '-d', 'HEAD')
    expect(await json()).toEqual({ committed: { added: ['data/', 'f.txt'] } })
    await expectDone(lab.dv('config', 'core.no_scm', 'true'))
    expect(await json('--unchanged')).toEqual({ unchanged: ['data/', 'f.txt'] })
  })

  test('of a folder whose list of files is nowhere', async () => {
    lab.write('data/new', 'new')
    lab.remove(cached('data'))
    expect(await json('--granular')).toEqual({
      not_in_cache: ['data/'],
      uncommitted: { modified: ['data/'], unknown: ['data/sub/', 'data/a', 'data/b', 'data/new', 'data/sub/c'] },
    })
  })
})

test('a folder that is as its pointer says needs no list from anywhere', async () => {
  lab.remove(cached('data'))
  expect(await json('--granular', '--unchanged')).toEqual({
    not_in_cache: ['data/'],
    unchanged: ['data/', 'data/a', 'data/b', 'data/sub/c', 'f.txt'],
  })
})

describe('targets', () => {
  test('a file inside, a pointer, a folder above, what is not tracked', async () => {
    lab.write('data/new', 'new')
    lab.write('f.txt', 'second')
    expect(await json('--granular', 'data/new')).toEqual({ uncommitted: { added: ['data/new'] } })
    expect(await json('data/new')).toEqual({})
    expect(await json('f.txt.dvc')).toEqual({ uncommitted: { modified: ['f.txt'] } })
    expect(await json('.')).toEqual({ uncommitted: { modified: ['data/', 'f.txt'] } })
    expect(await json('nosuch')).toEqual({})
  })

  test('untracked files are those below them, as the working folder calls them', async () => {
    lab.write('u', '')
    lab.write('dir/v', '')
    lab.write('dir/w', '')
    expect(await json('--untracked-files')).toEqual({ untracked: ['dir/v', 'dir/w', 'u'] })
    expect(await json('--untracked-files', 'all', 'dir')).toEqual({ untracked: ['dir/v', 'dir/w'] })
    expect(await json('--untracked-files=no')).toEqual({})
    const said = await lab.dvIn(`${lab.root}/dir`, 'data', 'status', '--json', '--untracked-files')
    expect(JSON.parse(said.stdout)).toEqual({ untracked: ['v', 'w', '../u'] })
  })
})

describe('not in remote', () => {
  test('before and after a push, whole and file by file', async () => {
    expect(await json('--not-in-remote')).toEqual({ not_in_remote: ['data/', 'f.txt'] })
    expect(await json('--not-in-remote', '--granular')).toEqual({ not_in_remote: ['data/', 'data/a', 'data/b', 'data/sub/c', 'f.txt'] })
    await expectDone(lab.dv('push', '-q'))
    expect(await json('--not-in-remote', '--granular')).toEqual({})
    expect(await json()).toEqual({})
  })

  test('a file that vanished from the remote is seen when one looks file by file', async () => {
    await expectDone(lab.dv('push', '-q'))
    lab.remove(`../remote/${cached('b').slice('.dvc/cache/'.length)}`)
    expect(await json('--not-in-remote')).toEqual({})
    expect(await json('--not-in-remote', '--granular')).toEqual({ not_in_remote: ['data/b'] })
  })

  test('without asking, what was learnt last time counts', async () => {
    expect(await json('--not-in-remote', '--no-remote-refresh')).toEqual({ not_in_remote: ['data/', 'f.txt'] })
    await expectDone(lab.dv('push', '-q'))
    expect(await json('--not-in-remote')).toEqual({})
    lab.remove('../remote')
    expect(await json('--not-in-remote', '--no-remote-refresh')).toEqual({})
    expect(await json('--not-in-remote')).toEqual({ not_in_remote: ['data/', 'f.txt'] })
    expect(await json('--not-in-remote', '--no-remote-refresh')).toEqual({ not_in_remote: ['data/', 'f.txt'] })
  })

  test('without a remote nothing is anywhere', async () => {
    await expectDone(lab.dv('remote', 'remove', 'stor'))
    expect(await json('--not-in-remote')).toEqual({ not_in_remote: ['data/', 'f.txt'] })
  })
})

test.each([
  ['a remote that does not exist', ['--not-in-remote', '-r', 'nosuch'], 251, "remote 'nosuch' doesn't exist"],
  ['a word that is no choice', ['--untracked-files', 'some'], 254, 'some'],
])('%s', async (_what, words, exit, message) => {
  expect(await lab.dv('data', 'status', ...words)).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(message) })
})

test('a pointer that cannot be read', async () => {
  lab.write('bad.dvc', 'outs:\n- md5: 0\n  foo: 1\n')
  expect(await lab.dv('data', 'status')).toMatchObject({ exit: 255, stderr: expect.stringContaining('bad.dvc') })
})
