/** dv push, fetch and pull on a folder remote. */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone, filesBelow } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { cached, objects, openReadyLab, openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
afterEach(() => lab.close())

const openTracked = async (): Promise<void> => {
  lab = await openTrackedLab()
}
const openPushed = async (): Promise<void> => {
  await openTracked()
  await expectDone(lab.dv('push', '-q'))
}

/** objects only: dv's own folder for unfinished files is left out */
const onRemote = (name = 'remote'): readonly string[] => filesBelow(join(lab.outside, name)).filter(path => path.startsWith('files/'))
const inCache = (): readonly string[] => lab.files('.dvc/cache').filter(path => path.startsWith('files/'))
const all = 5

/** Two more versions of f.txt: `two` with the tag v2 on main, `side` on a branch. The work tree is at main. */
async function addVersions(): Promise<void> {
  const save = async (content: string): Promise<void> => {
    lab.write('f.txt', content)
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    lab.commit(content)
  }
  await save('second')
  lab.git('tag', 'v2')
  lab.git('checkout', '-q', '-b', 'side')
  await save('on the side')
  lab.git('checkout', '-q', 'main')
  await expectDone(lab.dv('checkout', '-q'))
}

describe('push', () => {
  test('sends everything once, and says how much', async () => {
    await openTracked()
    expect(await lab.dv('push')).toEqual({ exit: 0, stdout: '5 files pushed (196 B)\n', stderr: '' })
    expect(onRemote()).toEqual(inCache())
    expect(await lab.dv('push')).toEqual({ exit: 0, stdout: 'Everything is up to date.\n', stderr: '' })
  })

  test('a new version: two objects', async () => {
    await openPushed()
    lab.write('data/new', 'new')
    await expectDone(lab.dv('add', '-q', 'data'))
    expect((await lab.dv('push')).stdout).toMatch(/^2 files pushed/)
  })

  test('one file: singular', async () => {
    await openTracked()
    expect((await lab.dv('push', 'f.txt')).stdout).toBe('1 file pushed (6 B)\n')
  })

  test.each([
    ['a pointer', ['f.txt.dvc'], 1],
    ['an output', ['data'], 4],
    ['a path inside one', ['data/sub'], 1],
    ['-R', ['-R', '.'], all],
    ['--glob', ['--glob', 'f*'], 1],
    ['-j', ['-j', '1'], all],
    ['-j joined', ['-j2'], all],
    ['-r', ['-r', 'stor'], all],
    ['--remote=', ['--remote=stor'], all],
    ['-r in other letters', ['-r', 'STOR'], all],
  ])('%s', async (_, words, count) => {
    await openTracked()
    await expectDone(lab.dv('push', ...words))
    expect(onRemote()).toHaveLength(count)
  })

  test.each([
    ['of this commit only', [], 1],
    ['-T', ['-T'], 2],
    ['-a', ['-a'], 2],
    ['-a -T', ['-a', '-T'], 3],
    ['-A', ['-A'], 3],
  ])('versions of f.txt: %s', async (_, words, count) => {
    await openTracked()
    await addVersions()
    await expectDone(lab.dv('push', 'f.txt', ...words))
    expect(onRemote()).toHaveLength(count)
  })

  test('--dry-run counts and sends nothing', async () => {
    await openTracked()
    const before = listWhole(lab.outside)
    expect((await lab.dv('push', '--dry-run')).stdout).toBe('5 files to push (196 B)\nNothing was changed: this is a dry run.\n')
    expect(listWhole(lab.outside)).toEqual(before)
  })

  test('--json', async () => {
    await openTracked()
    expect(JSON.parse((await lab.dv('push', '--json')).stdout)).toEqual({
      moved: 5,
      bytes: 196,
      failed: [],
      absent: [],
      dryRun: false,
      planned: { objects: 5, bytes: 196 },
      remotes: ['stor'],
    })
  })

  test('an object that is nowhere: 1, its name, and the list of its folder is not sent', async () => {
    await openTracked()
    lab.remove(cached('a'))
    const said = await lab.dv('push')
    expect(said.exit).toBe(1)
    expect(said.stdout).toBe('3 files pushed (8 B)\n')
    expect(said.stderr).toContain(
      "ERROR: 1 object is neither in the cache nor on 'stor':\n  data/a  (md5 0cc175b9c0f1b6a831c399e269772661)\n",
    )
    expect(onRemote()).not.toContain(objects.data)
  })

  test('a damaged object is not sent, and set aside', async () => {
    await openTracked()
    chmodSync(join(lab.root, cached('a')), 0o644)
    lab.write(cached('a'), 'damaged')
    const said = await lab.dv('push')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('data/a: object 0cc175b9c0f1b6a831c399e269772661')
    expect(onRemote()).toHaveLength(3)
    expect(lab.has(cached('a'))).toBe(false)
  })

  test('push: false and cache: false stay here', async () => {
    await openTracked()
    lab.write('f.txt.dvc', `${lab.read('f.txt.dvc')}  push: false\n`)
    await expectDone(lab.dv('push'))
    expect(onRemote()).toHaveLength(4)
  })

  test('a remote that cannot be written: 1, and why', async () => {
    await openTracked()
    writeFileSync(join(lab.outside, 'remote'), 'a file, not a folder')
    const said = await lab.dv('push')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain(join(lab.outside, 'remote'))
    expect(said.stderr).not.toContain('bug in dv')
  })
})

describe('fetch', () => {
  test('brings everything into the cache and leaves the work tree alone', async () => {
    await openPushed()
    lab.remove('.dvc/cache', 'data', 'f.txt')
    expect(await lab.dv('fetch')).toEqual({ exit: 0, stdout: '5 files fetched (196 B)\n', stderr: '' })
    expect([inCache(), lab.has('data')]).toEqual([onRemote(), false])
    expect((await lab.dv('fetch')).stdout).toBe('Everything is up to date.\n')
  })

  test.each([
    ['a pointer', ['f.txt.dvc'], 1],
    ['a path inside an output: the list and its files', ['data/sub'], 2],
    ['-R', ['-R', '.'], all],
    ['-j', ['-j', '1'], all],
    ['-r', ['-r', 'stor'], all],
  ])('%s', async (_, words, count) => {
    await openPushed()
    lab.remove('.dvc/cache')
    await expectDone(lab.dv('fetch', ...words))
    expect(inCache()).toHaveLength(count)
  })

  test.each([
    ['of this commit only', [], 1],
    ['-T', ['-T'], 2],
    ['-a', ['-a'], 2],
    ['-A', ['-A'], 3],
  ])('versions of f.txt: %s', async (_, words, count) => {
    await openTracked()
    await addVersions()
    await expectDone(lab.dv('push', '-A', '-q'))
    lab.remove('.dvc/cache')
    await expectDone(lab.dv('fetch', 'f.txt', ...words))
    expect(inCache()).toHaveLength(count)
  })

  test('a path inside an output, at other commits, too', async () => {
    await openTracked()
    lab.write('data/a', 'another')
    await expectDone(lab.dv('add', '-q', 'data'))
    lab.commit('two')
    await expectDone(lab.dv('push', '-A', '-q'))
    lab.remove('.dvc/cache')
    await expectDone(lab.dvIn(join(lab.root, 'data'), 'fetch', '-T', 'a'))
    expect(inCache()).toHaveLength(4)
    expect(inCache()).toContain(objects.a)
  })

  test('--dry-run counts files, keeps no list, and changes nothing', async () => {
    await openPushed()
    lab.remove('.dvc/cache')
    const before = listWhole(lab.outside)
    expect((await lab.dv('fetch', '--dry-run')).stdout).toBe('4 files to fetch\nNothing was changed: this is a dry run.\n')
    expect(JSON.parse((await lab.dv('fetch', '--dry-run', '--json')).stdout)).toMatchObject({ planned: 4, moved: 0 })
    expect(listWhole(lab.outside)).toEqual(before)
  })

  test('what is nowhere: 1, the rest is fetched', async () => {
    await openPushed()
    lab.remove('.dvc/cache', `../remote/${objects.a}`)
    const said = await lab.dv('fetch')
    expect(said).toMatchObject({ exit: 1, stdout: '4 files fetched (195 B)\n' })
    expect(said.stderr).toContain('  data/a  (md5 0cc175b9c0f1b6a831c399e269772661)\n')
  })

  test('a damaged object on the remote is not kept', async () => {
    await openPushed()
    const path = join(lab.outside, 'remote', objects.a)
    rmSync(path)
    writeFileSync(path, 'damaged')
    lab.remove('.dvc/cache')
    const said = await lab.dv('fetch')
    expect(said.exit).toBe(1)
    expect(said.stderr).toContain('data/a')
    expect(lab.has(cached('a'))).toBe(false)
    expect(lab.has(cached('b'))).toBe(true)
  })

  test('an unknown target', async () => {
    await openPushed()
    expect((await lab.dv('fetch', 'nosuch')).exit).toBe(1)
  })
})

describe('pull', () => {
  test('another clone', async () => {
    await openPushed()
    const clone = lab.clone()
    expect((await lab.dvIn(clone, 'pull')).stdout).toBe('A       data/\nA       f.txt\n5 files fetched (196 B) and 4 files added\n')
    expect((await lab.dvIn(clone, 'pull')).stdout).toBe('Everything is up to date.\n')
    expect((await lab.dvIn(clone, 'status', '--json')).stdout).toBe('{}\n')
  })

  test.each([
    ['an output', ['f.txt'], ['f.txt']],
    ['a file inside one', ['data/a'], ['data/a']],
    ['a folder inside one', ['data/sub'], ['data/sub/c']],
    ['two of one output', ['data/a', 'data/sub'], ['data/a', 'data/sub/c']],
    ['--glob', ['--glob', 'f*'], ['f.txt']],
    ['-R', ['-R', '.'], ['data/a', 'data/b', 'data/sub/c', 'f.txt']],
    ['-j 1 -r stor', ['-j', '1', '-r', 'stor'], ['data/a', 'data/b', 'data/sub/c', 'f.txt']],
  ])('%s', async (_, words, brought) => {
    await openPushed()
    const clone = lab.clone()
    await expectDone(lab.dvIn(clone, 'pull', ...words))
    expect(filesBelow(clone).filter(path => /^(data\/|f\.txt$)/.test(path))).toEqual(brought)
  })

  test('-A brings the other versions into the cache, and checks out this one', async () => {
    await openTracked()
    await addVersions()
    await expectDone(lab.dv('push', '-A', '-q'))
    lab.remove('.dvc/cache', 'f.txt')
    await expectDone(lab.dv('pull', '-A', 'f.txt'))
    expect([inCache().length, lab.read('f.txt')]).toEqual([3, 'second'])
  })

  test('--dry-run tells what would come and changes nothing', async () => {
    await openPushed()
    lab.remove('.dvc/cache', 'data')
    const before = listWhole(lab.outside)
    expect(await lab.dv('pull', '--dry-run')).toEqual({
      exit: 0,
      stdout: 'A       data/\n4 files to fetch and 3 files to add\nNothing was changed: this is a dry run.\n',
      stderr: '',
    })
    expect(listWhole(lab.outside)).toEqual(before)
  })

  test('--json', async () => {
    await openPushed()
    lab.remove('.dvc/cache', 'data')
    expect(JSON.parse((await lab.dv('pull', '--json')).stdout)).toMatchObject({
      fetched: { moved: 5, planned: 4, failed: [], absent: [] },
      checkedOut: { added: ['data/'], files: { added: 3, modified: 0, deleted: 0 } },
    })
  })

  test('unsaved files: 1, nothing in the work tree changes; --force names what it took', async () => {
    await openPushed()
    lab.remove('f.txt')
    lab.write('data/a', 'mine')
    lab.write('data/extra', 'mine, too')
    const before = listWhole(lab.root)
    const said = await lab.dv('pull')
    expect(said).toMatchObject({ exit: 1, stdout: '' })
    expect(said.stderr).toContain('2 files would be lost')
    expect(listWhole(lab.root)).toEqual(before)
    expect((await lab.dv('pull', '--force')).stdout).toBe(
      'M       data/\nA       f.txt\nlost    data/a\nlost    data/extra\n1 file modified, 1 file added and 1 file deleted\n',
    )
  })

  test('what is nowhere: 1, the rest is here; --allow-missing: 0', async () => {
    await openPushed()
    lab.remove('.dvc/cache', 'data', 'f.txt', `../remote/${objects.a}`)
    const said = await lab.dv('pull')
    expect(said.exit).toBe(1)
    expect(said.stdout).toBe('A       data/\nA       f.txt\n4 files fetched (195 B) and 3 files added\n')
    expect(said.stderr).toContain('data/a')
    expect(lab.files('data')).toEqual(['b', 'sub/c'])
    expect(await lab.dv('pull', '--allow-missing')).toMatchObject({ exit: 0, stderr: '' })
  })

  test('a damaged list in the cache is replaced', async () => {
    await openPushed()
    chmodSync(join(lab.root, cached('data')), 0o644)
    lab.write(cached('data'), '[]')
    lab.remove('data')
    await expectDone(lab.dv('pull'))
    expect(lab.files('data')).toEqual(['a', 'b', 'sub/c'])
  })

  test('what another commit does not name is taken away', async () => {
    await openPushed()
    lab.write('more', 'more')
    await expectDone(lab.dv('add', '-q', 'more'))
    lab.commit('two')
    lab.git('checkout', '-q', 'v1')
    expect((await lab.dv('pull')).stdout).toBe('D       more\n1 file deleted\n')
  })

  test('everything is in the cache: no remote is needed', async () => {
    await openTracked()
    lab.remove('data')
    await expectDone(lab.dv('remote', 'remove', 'stor'))
    expect((await lab.dv('fetch')).stdout).toBe('Everything is up to date.\n')
    expect((await lab.dv('pull')).stdout).toBe('A       data/\n3 files added\n')
    lab.remove(cached('a'))
    for (const verb of ['fetch', 'pull', 'push']) {
      const said = await lab.dv(verb)
      expect(said).toMatchObject({ exit: 1, stdout: '' })
      expect(said.stderr).toContain('hint: dv remote add -d <name> <url>')
    }
  })
})

describe('all three', () => {
  // lab.dv('push'), lab.dv('fetch') and lab.dv('pull') alike
  test.each(['push', 'fetch', 'pull'])('%s: mistakes', async verb => {
    await openTracked()
    const refused = async (words: readonly string[], exit: number, text: string): Promise<void> => {
      const before = listWhole(lab.outside)
      const said = await lab.dv(verb, ...words)
      expect(said).toMatchObject({ exit, stdout: '' })
      expect(said.stderr).toContain(text)
      expect(listWhole(lab.outside)).toEqual(before)
    }
    await refused(['nosuch'], 1, "'nosuch' does not exist as an output or a stage name")
    await refused(['../outside'], 1, 'is outside of the repository')
    await refused(['-r', 'nosuch'], 1, "remote 'nosuch' doesn't exist")
    await refused(['-j', '0'], 254, "--jobs takes a whole number of at least 1, not '0'")
    await refused(['-j', 'many'], 254, "not 'many'")
    await refused(['--nosuch'], 254, "unknown option '--nosuch'")
    lab.write('deep/bad.dvc', 'outs: [a\n - b: {\n')
    await refused([], 1, 'deep/bad.dvc')
  })

  test('an empty repository', async () => {
    lab = await openReadyLab()
    for (const verb of ['push', 'fetch', 'pull']) expect((await lab.dv(verb)).stdout).toBe('Everything is up to date.\n')
  })

  test('ours and theirs in one folder do no harm: an unfinished file of somebody else', async () => {
    await openPushed()
    mkdirSync(join(lab.outside, 'remote/files/md5/zz'))
    writeFileSync(join(lab.outside, 'remote/files/md5/0c/.unfinished.tmp'), '')
    lab.remove('.dvc/cache', 'data')
    await expectDone(lab.dv('pull'))
    expect(readdirSync(join(lab.root, 'data'))).toEqual(['a', 'b', 'sub'])
  })
})

test.each(['fetch', 'pull'])('%s of a path that a data set does not hold is a mistake, whether its list is here or not', async verb => {
  await openPushed()
  const mistake = { exit: 1, stderr: expect.stringContaining("there is no 'data/typo'") }
  expect(await lab.dv(verb, 'data/typo')).toMatchObject(mistake)
  lab.remove('.dvc/cache', 'data')
  expect(await lab.dv(verb, 'data/typo')).toMatchObject(mistake)
  await expectDone(lab.dv(verb, 'data/sub'))
  expect(inCache()).toContain(objects.c)
})

test('fetch of a path that only another commit holds', async () => {
  await openPushed()
  lab.write('data/later', 'later')
  await expectDone(lab.dv('add', '-q', 'data'))
  lab.commit('later')
  await expectDone(lab.dv('push', '-q'))
  lab.git('tag', 'v2')
  lab.git('checkout', '-q', 'v1')
  lab.remove('.dvc/cache')
  expect(await lab.dv('fetch', 'data/later')).toMatchObject({ exit: 1 })
  await expectDone(lab.dv('fetch', '-T', 'data/later'))
})
