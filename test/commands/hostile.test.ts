/** Repositories and remotes of strangers: what they name is refused whole, and nothing is written. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openReadyLab()
})
afterEach(() => lab.close())

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Puts bytes under their md5 into the cache or on the remote; returns the md5. */
function putObject(text: string, { place = '.dvc/cache', suffix = '' } = {}): string {
  const id = md5(text)
  const path = `${place}/files/md5/${id.slice(0, 2)}/${id.slice(2)}${suffix}`
  rmSync(join(lab.root, path), { force: true })
  lab.write(path, text)
  chmodSync(join(lab.root, path), 0o444)
  return id
}

/** A list of files as DVC prints it, with `data.dvc` that names it. */
function putFolder(paths: readonly string[], place?: string): void {
  const where = place === undefined ? {} : { place }
  const id = putObject('good', where)
  const entries = paths.map(path => `{"md5": "${id}", "relpath": ${JSON.stringify(path)}}`)
  const tree = putObject(`[${entries.join(', ')}]`, { ...where, suffix: '.dir' })
  lab.write('data.dvc', `outs:\n- md5: ${tree}.dir\n  size: 4\n  nfiles: ${paths.length}\n  hash: md5\n  path: data\n`)
}

const pointTo = (lines: string, name = 'p.dvc'): void => {
  const id = putObject('good')
  lab.write(name, `${lines.replace('PATH', `- md5: ${id}\n  size: 4\n  hash: md5\n  path`)}\n`)
}

async function expectRefused(words: readonly string[], text: string): Promise<void> {
  const before = listWhole(lab.outside)
  const said = await lab.dv(...words)
  expect(said).toMatchObject({ exit: words[0] === 'checkout' ? 255 : 1, stdout: '' })
  expect(said.stderr).toContain(text)
  expect(said.stderr).not.toContain('bug in dv')
  expect(listWhole(lab.outside)).toEqual(before)
}

const hostilePaths = [
  '../x',
  'a/../../x',
  'a/../x',
  '/abs',
  '.',
  './a',
  '',
  'a//b',
  'a/',
  'nul\0',
  '.git/hooks/post-checkout',
  '.GIT/config',
  '.dvc/config',
  'a/.Dvc/x',
]

describe.each(hostilePaths.map(path => ({ shown: JSON.stringify(path), path })))('a folder with the path $shown', ({ path }) => {
  test('is refused by checkout, status -c, push and add of a part', async () => {
    putFolder(['fine', path])
    await expectRefused(['checkout'], 'is refused')
    await expectRefused(['checkout', 'data/fine'], 'is refused')
    await expectRefused(['checkout', '--force', '--allow-missing'], 'is refused')
    await expectRefused(['push'], 'is refused')
    lab.write('data/fine', 'mine')
    await expectRefused(['add', 'data/fine'], 'is refused')
  })

  test('is refused when it comes from a remote', async () => {
    putFolder(['fine', path], '../remote')
    for (const verb of ['fetch', 'pull']) {
      const said = await lab.dv(verb)
      expect(said.exit).toBe(1)
      expect(said.stderr).toContain('data')
      expect(said.stderr).toContain('is refused')
    }
    expect([lab.has('data'), lab.has('x'), readdirSync(lab.outside).sort()]).toEqual([false, false, ['home', 'remote', 'repo']])
  })
})

test('a message about a list says which data it belongs to', async () => {
  putFolder(['fine', '../x'])
  expect((await lab.dv('checkout')).stderr).toMatch(
    /^ERROR: data\.dvc: the list of files \w+\.dir cannot be used: the path "\.\.\/x" is refused/,
  )
  expect((await lab.dv('push')).stderr).toMatch(/^ERROR: data: .*the path "\.\.\/x" is refused/)
})

test('names that only Windows minds are ordinary elsewhere', async () => {
  const names = ['CON', 'a:b', 'back\\slash', 'dot.', 'space ', 'git~1']
  putFolder(names)
  await expectDone(lab.dv('checkout'))
  expect(lab.files('data')).toEqual([...names].sort())
})

test('a list that is no list, or has a path twice, is refused', async () => {
  const tree = putObject('{"no": "list"}', { suffix: '.dir' })
  lab.write('data.dvc', `outs:\n- md5: ${tree}.dir\n  hash: md5\n  path: data\n`)
  await expectRefused(['checkout'], 'data')
  putFolder(['twice', 'twice'])
  await expectRefused(['checkout'], 'twice')
})

describe('a pointer', () => {
  test.each([
    ['leaves the repository', 'outs:\nPATH: ../x'],
    ['leaves it by wdir', 'wdir: ..\nouts:\nPATH: x'],
    ['is absolute', 'outs:\nPATH: /tmp/x'],
    ['is the root', 'outs:\nPATH: .'],
    ['lies in .git', 'outs:\nPATH: .git/hooks/post-checkout'],
    ['lies in .GIT', 'outs:\nPATH: .GIT/config'],
    ['lies in .dvc', 'outs:\nPATH: .dvc/config'],
    ['lies in .git by wdir', 'wdir: .git\nouts:\nPATH: config'],
    ['is the pointer itself', 'outs:\nPATH: p.dvc'],
  ])('whose path %s', async (_, lines) => {
    pointTo(lines)
    for (const words of [['status'], ['checkout'], ['checkout', '-f', 'p.dvc'], ['push'], ['fetch'], ['pull']])
      await expectRefused(words, 'p.dvc')
  })

  test('may go up inside of the repository', async () => {
    pointTo('wdir: ../b\nouts:\nPATH: ../c/file', 'a/p.dvc')
    await expectDone(lab.dv('checkout'))
    expect(lab.read('c/file')).toBe('good')
  })

  test.each([
    ['an unknown key', 'outs:\n- path: x\n  unknown: 1\n', /p\.dvc.*unknown/s],
    ['no YAML', 'outs: [a\n - b: {\n', /p\.dvc/],
    ['an md5 that is none', 'outs:\n- md5: ../../etc/passwd\n  hash: md5\n  path: x\n', /p\.dvc.*md5/s],
    ['no path', 'outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n', /p\.dvc.*path/s],
    ['the same path as another', 'outs:\n- path: other\n  hash: md5\n', /other.*p\.dvc|p\.dvc.*other/s],
  ])('with %s', async (_, text, says) => {
    lab.write('other', 'other')
    await expectDone(lab.dv('add', '-q', 'other'))
    lab.write('p.dvc', text)
    const before = listWhole(lab.outside)
    for (const verb of ['status', 'checkout', 'push', 'fetch', 'pull']) {
      const said = await lab.dv(verb)
      expect(said).toMatchObject({ exit: verb === 'checkout' ? 255 : 1, stdout: '' })
      expect(said.stderr).toMatch(says)
      expect(said.stderr).not.toContain('bug in dv')
    }
    expect(listWhole(lab.outside)).toEqual(before)
  })
})

describe('symbolic links', () => {
  const elsewhere = (): string => {
    const folder = join(lab.outside, 'elsewhere')
    mkdirSync(folder)
    return folder
  }

  test.each([
    ['the output', 'data'],
    ['a folder above it', 'deep'],
    ['a folder in it', 'deep/data/sub'],
  ])('%s is a link that leaves the repository: nothing is written there', async (_, link) => {
    const away = elsewhere()
    putFolder(['x', 'sub/y'])
    if (link !== 'data') lab.write('data.dvc', lab.read('data.dvc').replace('path: data', 'path: deep/data'))
    mkdirSync(join(lab.root, link, '..'), { recursive: true })
    symlinkSync(away, join(lab.root, link))
    for (const words of [['checkout'], ['checkout', '-f'], ['pull', '-f']]) {
      const said = await lab.dv(...words)
      expect(said.stderr).not.toContain('bug in dv')
      expect(readdirSync(away)).toEqual([])
    }
  })

  test('.dvc/config that leads out of the repository is not written', async () => {
    const away = elsewhere()
    rmSync(join(lab.root, '.dvc/config'))
    symlinkSync(join(away, 'config'), join(lab.root, '.dvc/config'))
    await lab.dv('remote', 'add', 'x', 's3://x')
    expect(readdirSync(away)).toEqual([])
  })
})

test('names in messages cannot write to the terminal', async () => {
  putFolder(['red\u001b[31m', 'bell\u0007', 'back\u202ewards'])
  rmSync(join(lab.root, '.dvc/cache/files/md5', md5('good').slice(0, 2)), { recursive: true })
  for (const words of [['checkout'], ['push'], ['fetch'], ['pull'], ['status', '-c'], ['status', 'nosuch\u001b[31m']]) {
    const said = await lab.dv(...words)
    expect(said.stdout + said.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/)
  }
  expect((await lab.dv('push')).stderr).toContain('data/red\\u001b[31m')
})

test('what a stranger committed as our own notes removes nothing', async () => {
  lab.write('precious', 'good')
  const id = putObject('good')
  lab.write('.dvc/tmp/dv/known-outputs', `${id} md5 "../outside"\n${id} md5 ".git/config"\n${id} md5 "."\nnonsense\n`)
  lab.write('../outside', 'good')
  await expectDone(lab.dv('checkout'))
  expect([lab.has('precious'), lab.has('../outside'), lab.has('.git/config')]).toEqual([true, true, true])
})
