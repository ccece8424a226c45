import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { cached, openReadyLab, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

const json = async (...words: readonly string[]): Promise<unknown> =>
  JSON.parse((await expectDone(lab.dv('diff', '--json', ...words))).stdout)

/** The second version, tagged v2: `data/b` gone, `data/a` moved, `data/new`, another f.txt. */
async function changeAndCommit(): Promise<void> {
  lab.remove('data/b', 'data/a', 'f.txt')
  lab.write('data/sub/a', 'a')
  lab.write('data/new', 'new')
  lab.write('f.txt', 'second\n')
  await expectDone(lab.dv('add', '-q', 'data', 'f.txt'))
  lab.commit('two')
  lab.git('tag', 'v2')
}

const difference = {
  added: [{ path: 'data/new' }],
  deleted: [{ path: 'data/b' }],
  modified: [{ path: 'data/' }, { path: 'f.txt' }],
  renamed: [{ path: { old: 'data/a', new: 'data/sub/a' } }],
}

describe('between two commits', () => {
  test('as JSON, text and table', async () => {
    await changeAndCommit()
    expect(await json('v1', 'v2')).toEqual(difference)
    expect((await lab.dv('diff', 'v1', 'v2', '--show-hash')).stdout).toBe(`Added:
    22af645d  data/new

Deleted:
    92eb5ffe  data/b

Renamed:
    0cc175b9  data/a -> data/sub/a

Modified:
    c503fdd9..5a8c9b9d  data/
    eb260e9a..59d0d19f  f.txt

files summary: 1 added, 1 deleted, 1 renamed, 1 modified
`)
    expect((await lab.dv('diff', 'v1', 'v2', '--md')).stdout).toBe(`| Status   | Path                 |
|----------|----------------------|
| added    | data/new             |
| deleted  | data/b               |
| renamed  | data/a -> data/sub/a |
| modified | data/                |
| modified | f.txt                |

`)
  })

  test('the same commit by two names, and before the first one', async () => {
    expect(await json('v1', 'HEAD')).toEqual({})
    expect(await lab.dv('diff', 'v1', 'HEAD', '--md')).toEqual({
      exit: 0,
      stdout: '| Status   | Path   |\n|----------|--------|\n\n',
      stderr: '',
    })
    const empty = await openReadyLab()
    empty.git('update-ref', '-d', 'HEAD')
    expect(await empty.dv('diff', '--json', 'nosuch')).toEqual({ exit: 0, stdout: '{}\n', stderr: '' })
    empty.close()
  })

  test('of a folder, of one file, of a pointer; of what is not there', async () => {
    await changeAndCommit()
    expect(await json('v1', 'v2', '--targets', 'data/b')).toEqual({ added: [], deleted: [{ path: 'data/b' }], modified: [], renamed: [] })
    expect(await json('v1', 'v2', '--targets', 'data/sub', 'f.txt.dvc')).toEqual({
      added: [{ path: 'data/sub/a' }],
      deleted: [],
      modified: [{ path: 'f.txt' }],
      renamed: [],
    })
    expect(await json('v1', 'v2', '--targets', 'data/nosuch')).toEqual({})
    expect(await lab.dv('diff', 'v1', 'v2', '--targets', 'nosuch')).toMatchObject({
      exit: 255,
      stderr: expect.stringContaining("'nosuch'"),
    })
  })

  test('hashes nothing and looks at no data', async () => {
    await changeAndCommit()
    lab.remove('data', 'f.txt', cached('a'), cached('b'), cached('c'))
    expect(await json('v1', 'v2')).toEqual(difference)
  })

  test('a list of files that the cache lacks comes from the remote, alone', async () => {
    await expectDone(lab.dv('push', '-q'))
    await changeAndCommit()
    await expectDone(lab.dv('push', '-q'))
    lab.remove('.dvc/cache')
    expect(await json('v1', 'v2')).toEqual(difference)
    expect(lab.files('.dvc/cache').filter(path => !path.endsWith('.dir') && !path.startsWith('.dv/'))).toEqual([])
  })

  test('a list of files that is nowhere is told, and the rest compared', async () => {
    await changeAndCommit()
    lab.remove(cached('data'))
    const said = await lab.dv('diff', '--json', 'v1', 'v2')
    expect({ exit: said.exit, states: JSON.parse(said.stdout) }).toEqual({
      exit: 0,
      states: { added: [], deleted: [], modified: [{ path: 'data/' }, { path: 'f.txt' }], renamed: [] },
    })
    expect(said.stderr).toContain('data: its list of files is')
  })
})

describe('the work tree', () => {
  test('since the last commit, and what the cache lacks', async () => {
    expect(await json()).toEqual({})
    lab.write('data/new', 'new')
    lab.remove(cached('b'))
    expect(await json()).toEqual({
      added: [{ path: 'data/new' }],
      deleted: [],
      modified: [{ path: 'data/' }],
      renamed: [],
      'not in cache': [{ path: 'data/b' }],
    })
    expect(await json('--hide-missing')).not.toHaveProperty('not in cache')
    expect(await json('HEAD', 'workspace')).not.toHaveProperty('not in cache')
  })

  test('what only the cache lacks is a difference, also where it is not shown', async () => {
    lab.remove(cached('b'))
    expect((await lab.dv('diff')).stdout).toBe('Not in cache:\n    data/b\n\nfiles summary: 1 not in cache\n')
    expect(await json('--hide-missing')).toEqual({ added: [], deleted: [], modified: [], renamed: [] })
  })

  test('from a folder below, paths are those from the top', async () => {
    lab.write('data/new', 'new')
    const said = await lab.dvIn(`${lab.root}/data`, 'diff', '--json', '--targets', 'new')
    expect(JSON.parse(said.stdout)).toMatchObject({ added: [{ path: 'data/new' }] })
  })
})

describe('another repository', () => {
  const elsewhere = async (...words: readonly string[]) => lab.dvIn(lab.outside, 'diff', '--repo', `file://${lab.root}`, '--json', ...words)

  test('two of its commits, from anywhere; only lists of files come here', async () => {
    await expectDone(lab.dv('remote', 'modify', 'stor', 'url', `${lab.outside}/remote`))
    lab.commit('a remote that others reach')
    await expectDone(lab.dv('push', '-q'))
    await changeAndCommit()
    await expectDone(lab.dv('push', '-q'))
    expect(JSON.parse((await expectDone(elsewhere('v1', 'v2', '--remote-config', `url=${lab.outside}/remote`))).stdout)).toEqual(difference)
    expect(JSON.parse((await expectDone(elsewhere('v1', '--targets', 'f.txt'))).stdout)).toMatchObject({ modified: [{ path: 'f.txt' }] })
    lab.remove('../remote')
    expect(JSON.parse((await expectDone(elsewhere('v1', 'v2'))).stdout)).toEqual(difference)
  })

  test('a commit that it does not have, no commit, a path that leads out', async () => {
    expect(await elsewhere('v1', 'nosuch')).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('nosuch') })
    expect(await elsewhere()).toMatchObject({ exit: 254, stderr: expect.stringContaining('none was named') })
    expect(await elsewhere('v1', '--targets', '../x')).toMatchObject({ exit: 1, stderr: expect.stringContaining("'../x'") })
    expect(await elsewhere('v1', '--targets', 'nosuch')).toMatchObject({ exit: 255, stderr: expect.stringContaining("'nosuch'") })
  })
})

test.each([
  ['an unknown commit', ['v1', 'nosuch'], 1, 'unknown Git revision "nosuch"'],
  ['three commits', ['a', 'b', 'c'], 254, 'too many arguments'],
])('%s', async (_what, words, exit, message) => {
  expect(await lab.dv('diff', ...words)).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(message) })
})

test('a pointer that cannot be read; no git', async () => {
  lab.write('bad.dvc', 'outs:\n- md5: 0\n  foo: 1\n')
  expect(await lab.dv('diff')).toMatchObject({ exit: 1, stderr: expect.stringContaining('bad.dvc') })
  lab.remove('bad.dvc')
  await expectDone(lab.dv('config', 'core.no_scm', 'true'))
  expect(await lab.dv('diff')).toMatchObject({ exit: 1, stderr: expect.stringContaining('not under git') })
})
