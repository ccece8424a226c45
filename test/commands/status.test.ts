/** dv status, with and without a remote. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { cached, objects, openReadyLab, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const openTracked = async (): Promise<void> => {
  lab = await openTrackedLab()
}

const statusJson = async (...words: readonly string[]): Promise<string> => (await expectDone(lab.dv('status', '--json', ...words))).stdout

test('nothing is tracked yet', async () => {
  lab = await openReadyLab()
  expect(await lab.dv('status')).toEqual({ exit: 0, stdout: 'Nothing is tracked here yet: dv add <file or folder>\n', stderr: '' })
  expect(await statusJson()).toBe('{}\n')
  expect((await lab.dv('status', '-q')).exit).toBe(0)
})

test('clean: DVC’s sentence, {} and 0', async () => {
  await openTracked()
  expect(await lab.dv('status')).toEqual({ exit: 0, stdout: 'Data and pipelines are up to date.\n', stderr: '' })
  expect(await statusJson()).toBe('{}\n')
  expect(await lab.dv('status', '-q')).toEqual({ exit: 0, stdout: '', stderr: '' })
})

test('modified and deleted: DVC’s columns, then what to do; 0, and with -q 1', async () => {
  await openTracked()
  lab.write('data/new', 'new')
  lab.remove('f.txt')
  expect((await expectDone(lab.dv('status'))).stdout).toBe(
    [
      'data.dvc:',
      '\tchanged outs:',
      '\t\tmodified:           data',
      'f.txt.dvc:',
      '\tchanged outs:',
      '\t\tdeleted:            f.txt',
      '(use "dv add <data>" to record a change, "dv checkout <data>" to undo it)',
      '(use "dv checkout <data>" to bring deleted data back)',
      '',
    ].join('\n'),
  )
  expect(await statusJson()).toBe(
    '{"data.dvc":[{"changed outs":{"data":"modified"}}],"f.txt.dvc":[{"changed outs":{"f.txt":"deleted"}}]}\n',
  )
  expect(await lab.dv('status', '-q')).toEqual({ exit: 1, stdout: '', stderr: '' })
})

test.each([
  ['a file that became a folder', () => lab.write('f.txt/inner', 'x')],
  ['a file of the same size', () => lab.write('f.txt', 'FIRST\n')],
])('%s is modified', async (_, change) => {
  await openTracked()
  lab.remove('f.txt')
  change()
  expect(await statusJson('f.txt')).toBe('{"f.txt.dvc":[{"changed outs":{"f.txt":"modified"}}]}\n')
})

test('a file that was written again with the same bytes is clean; so is a link to one', async () => {
  await openTracked()
  lab.remove('data/a', 'f.txt')
  lab.write('data/a', 'a')
  lab.write('../elsewhere', 'first\n')
  symlinkSync('../elsewhere', join(lab.root, 'f.txt'))
  expect(await statusJson()).toBe('{}\n')
})

test('what the cache lacks wins over what became of the data', async () => {
  await openTracked()
  lab.remove(cached('data'))
  lab.write('data/a', 'changed')
  expect(await statusJson()).toBe('{"data.dvc":[{"changed outs":{"data":"not in cache"}}]}\n')
})

test('a pointer that never had data: new, or deleted', async () => {
  await openTracked()
  lab.write('x.dvc', 'outs:\n- hash: md5\n  path: x\n')
  expect(await statusJson('x.dvc')).toBe('{"x.dvc":[{"changed outs":{"x":"deleted"}}]}\n')
  lab.write('x', 'x')
  expect(await statusJson('x.dvc')).toBe('{"x.dvc":[{"changed outs":{"x":"new"}}]}\n')
})

test('targets: a pointer, an output, a path inside it, a folder with -R; names relative to where one stands', async () => {
  await openTracked()
  lab.write('deep/er/x', 'x')
  await expectDone(lab.dv('add', '-q', 'deep/er/x'))
  lab.write('deep/er/x', 'changed')
  lab.write('data/a', 'changed')
  const data = '{"data.dvc":[{"changed outs":{"data":"modified"}}]}\n'
  expect(await statusJson('data.dvc')).toBe(data)
  expect(await statusJson('data')).toBe(data)
  expect(await statusJson('data/b')).toBe(data)
  expect(await statusJson('f.txt')).toBe('{}\n')
  expect(await statusJson('-R', 'deep')).toBe('{"deep/er/x.dvc":[{"changed outs":{"deep/er/x":"modified"}}]}\n')
  const said = await lab.dvIn(join(lab.root, 'deep'), 'status', '--json')
  expect(said.stdout).toBe('{"../data.dvc":[{"changed outs":{"../data":"modified"}}],"er/x.dvc":[{"changed outs":{"er/x":"modified"}}]}\n')
})

test('status writes nothing', async () => {
  await openTracked()
  lab.write('data/a', 'changed')
  const before = listWhole(lab.outside)
  await expectDone(lab.dv('status'))
  expect(listWhole(lab.outside)).toEqual(before)
})

test.each([
  ['an unknown target', ['nosuch'], 1, "'nosuch' does not exist as an output or a stage name"],
  ['a folder without -R', ['deep'], 1, '-R deep'],
  ['other commits without a remote', ['-a'], 1, 'hint: add -c'],
  ['an unknown remote', ['-r', 'nosuch'], 1, "remote 'nosuch' doesn't exist"],
  ['an unknown flag', ['--nosuch'], 254, "unknown option '--nosuch'"],
])('%s', async (_, words, exit, text) => {
  await openTracked()
  lab.write('deep/x', 'x')
  await expectDone(lab.dv('add', '-q', 'deep/x'))
  const said = await lab.dv('status', ...words)
  expect(said).toMatchObject({ exit, stdout: '' })
  expect(said.stderr).toContain(text)
})

test('a bad pointer fails it, and says where', async () => {
  await openTracked()
  lab.write('bad.dvc', 'outs:\n- path: x\n  unknown: 1\n')
  const said = await lab.dv('status')
  expect(said).toMatchObject({ exit: 1, stdout: '' })
  expect(said.stderr).toMatch(/bad\.dvc.*unknown/s)
})

test('file names cannot write to the terminal', async () => {
  lab = await openReadyLab()
  lab.write('evil\u001b[2J\u202e', 'x')
  await expectDone(lab.dv('add', '-q', 'evil\u001b[2J\u202e'))
  lab.remove('evil\u001b[2J\u202e')
  expect((await lab.dv('status')).stdout).toContain('evil\\u001b[2J\\u202e.dvc:\n')
  expect(Object.keys(JSON.parse(await statusJson()))).toEqual(['evil\u001b[2J\u202e.dvc'])
})

describe('with a remote', () => {
  test('-c: what is new here, gone here, and nowhere', async () => {
    await openTracked()
    expect(await statusJson('-c')).toBe('{"data":"new","data/a":"new","data/b":"new","data/sub/c":"new","f.txt":"new"}\n')
    await expectDone(lab.dv('push', '-q'))
    expect((await lab.dv('status', '-c')).stdout).toBe("Cache and remote 'stor' are in sync.\n")
    expect(await statusJson('-c')).toBe('{}\n')
    lab.remove(cached('a'), cached('data'), '.dvc/cache/files/md5/18')
    expect((await expectDone(lab.dv('status', '-c'))).stdout).toContain('\tdeleted:            data/a\n')
  })

  test('-c -q: 1 when they differ', async () => {
    await openTracked()
    expect(await lab.dv('status', '-cq')).toEqual({ exit: 1, stdout: '', stderr: '' })
    await expectDone(lab.dv('push', '-q'))
    expect((await lab.dv('status', '-c', '-q')).exit).toBe(0)
  })

  test('what is nowhere is missing', async () => {
    await openTracked()
    lab.remove(cached('a'))
    expect(JSON.parse(await statusJson('-c'))).toMatchObject({ 'data/a': 'missing', 'data/b': 'new' })
  })

  test('a list that only the remote has', async () => {
    await openTracked()
    await expectDone(lab.dv('push', '-q'))
    lab.remove('.dvc/cache')
    expect(JSON.parse(await statusJson('-c', 'data'))).toMatchObject({ 'data/a': 'deleted', 'data/sub/c': 'deleted' })
  })

  test('targets: one output, a path inside it', async () => {
    await openTracked()
    expect(await statusJson('-c', 'f.txt')).toBe('{"f.txt":"new"}\n')
    expect(await statusJson('-c', 'data/sub')).toBe('{"data/sub/c":"new"}\n')
  })

  test('-r implies it; -a, -T and -A look at other commits', async () => {
    await openTracked()
    await expectDone(lab.dv('push', '-q'))
    lab.git('checkout', '-q', '-b', 'side')
    lab.write('f.txt', 'second\n')
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    lab.commit('two')
    lab.git('checkout', '-q', 'main')
    await expectDone(lab.dv('checkout', '-q'))
    expect(await statusJson('-r', 'stor')).toBe('{}\n')
    expect(await statusJson('-c', '-T')).toBe('{}\n')
    expect(await statusJson('-c', '-a')).toBe('{"f.txt":"new"}\n')
    expect(await statusJson('-c', '-A', '-j', '2')).toBe('{"f.txt":"new"}\n')
  })

  test('no remote: 1, and the line to type', async () => {
    await openTracked()
    await expectDone(lab.dv('remote', 'default', '-u'))
    const said = await lab.dv('status', '-c')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('no remote specified')
    expect(said.stderr).toContain('hint: dv remote default stor')
  })

  test('an output that is bound to another remote is compared with that', async () => {
    await openTracked()
    await expectDone(lab.dv('remote', 'add', 'alt', '../alt'))
    lab.write('f.txt.dvc', `${lab.read('f.txt.dvc')}  remote: alt\n`)
    await expectDone(lab.dv('push', '-q'))
    expect(lab.files('../alt')).toHaveLength(1)
    expect(lab.files('../remote').filter(path => !path.startsWith('.'))).toContain(objects.data)
    expect(await statusJson('-c')).toBe('{}\n')
  })
})

test('a tracked folder that became a link to one is looked at no further', async () => {
  await openTracked()
  lab.remove('data')
  mkdirSync(join(lab.outside, 'elsewhere'))
  symlinkSync('../elsewhere', join(lab.root, 'data'))
  const said = await lab.dv('status')
  expect(said.stderr).not.toContain('bug in dv')
  expect(said.stdout + said.stderr).toContain('data')
})
