/** The verbs of dv remote. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'

let lab: Lab
afterEach(() => lab.close())

const open = async (): Promise<void> => {
  lab = await openLab()
  await expectDone(lab.dv('init', '-q'))
}

const silent = { exit: 0, stdout: '', stderr: '' }

async function expectRefused(words: readonly string[], { exit = 251, text }: { readonly exit?: number; readonly text: string }) {
  const before = listWhole(lab.outside)
  const said = await lab.dv(...words)
  expect(said).toMatchObject({ exit, stdout: '' })
  expect(said.stderr).toContain(text)
  expect(said.stderr).not.toContain('bug in dv')
  expect(listWhole(lab.outside)).toEqual(before)
}

describe('remote add', () => {
  test('a bucket as the default; DVC’s bytes', async () => {
    await open()
    expect(await lab.dv('remote', 'add', '-d', 's3_storage', 's3://lab/dvc-storage')).toEqual({
      ...silent,
      stdout: "Setting 's3_storage' as a default remote.\n",
    })
    expect(lab.read('.dvc/config')).toBe('[core]\n    remote = s3_storage\n[\'remote "s3_storage"\']\n    url = s3://lab/dvc-storage\n')
    expect(await lab.dv('remote', 'add', 'other', 's3://lab/other')).toEqual(silent)
  })

  test('a folder is typed from the working folder, and kept relative to the file', async () => {
    await open()
    const deep = join(lab.root, 'deep')
    mkdirSync(deep)
    await expectDone(lab.dvIn(deep, 'remote', 'add', 'here', '../../remote'))
    await expectDone(lab.dv('remote', 'add', 'abs', '/mnt/share'))
    await expectDone(lab.dv('remote', 'add', 'home', '~/share'))
    expect(lab.read('.dvc/config')).toMatch(/url = \.\.\/\.\.\/remote\n[\s\S]*url = \/mnt\/share\n[\s\S]*url = ~\/share\n/)
  })

  test('names are kept in lower case; the same name needs --force', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'S3', 's3://one'))
    await expectRefused(['remote', 'add', 's3', 's3://two'], { text: "remote 's3' already exists" })
    expect(await lab.dv('remote', 'add', '-f', 's3', 's3://two')).toEqual(silent)
    expect((await lab.dv('remote', 'list')).stdout).toBe('s3  s3://two\n')
  })

  test('levels: a file of its own each; config.local is its owner’s', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', '--local', 'mine', '../mine'))
    await expectDone(lab.dv('remote', 'add', '--global', 'users', 's3://users'))
    await expectDone(lab.dv('remote', 'add', '--system', 'machines', 's3://machines'))
    await expectDone(lab.dv('remote', 'add', '--project', 'ours', 's3://ours'))
    expect(statSync(join(lab.root, '.dvc/config.local')).mode & 0o777).toBe(0o600)
    expect(lab.read('.dvc/config')).toBe('[\'remote "ours"\']\n    url = s3://ours\n')
    expect(lab.read('../global/config')).toContain('users')
    expect(lab.read('../system/config')).toContain('machines')
  })

  test.each([
    ['a url that dv does not know', ['f', 'ftp://host/x'], { text: 'ftp://' }],
    ['no url', ['f'], { exit: 254, text: "missing required argument 'url'" }],
    ['two levels', ['--local', '--global', 'f', 's3://x'], { exit: 254, text: 'choose one of --global, --local' }],
  ])('refused: %s', async (_, words, expected) => {
    await open()
    await expectRefused(['remote', 'add', ...words], expected)
  })

  test('outside of a repository: 253, except for the user’s own file', async () => {
    await open()
    expect((await lab.dvIn(lab.outside, 'remote', 'add', 'x', 's3://x')).exit).toBe(253)
    expect((await lab.dvIn(lab.outside, 'remote', 'add', '--global', 'x', 's3://x')).exit).toBe(0)
  })
})

describe('remote list', () => {
  test('names and places in columns, the default marked; --json; ls', async () => {
    await open()
    expect(await lab.dv('remote', 'list')).toEqual(silent)
    await expectDone(lab.dv('remote', 'add', '-d', 'long_name', '../remote'))
    await expectDone(lab.dv('remote', 'add', 'b', 's3://b'))
    const folder = join(lab.outside, 'remote')
    expect((await lab.dv('remote', 'list')).stdout).toBe(`long_name  ${folder}  (default)\nb          s3://b\n`)
    expect((await lab.dv('remote', 'ls')).stdout).toBe(`long_name  ${folder}  (default)\nb          s3://b\n`)
    expect(JSON.parse((await lab.dv('remote', 'list', '--json')).stdout)).toEqual([
      { name: 'long_name', url: folder, default: true },
      { name: 'b', url: 's3://b', default: false },
    ])
  })

  test('of one level', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'add', '--local', 'b', 's3://b'))
    expect((await lab.dv('remote', 'list', '--local')).stdout).toBe('b  s3://b\n')
    expect((await lab.dv('remote', 'list', '--project')).stdout).toBe('a  s3://a\n')
  })
})

describe('remote default', () => {
  test('none: says so, 1; set, show, unset', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    expect(await lab.dv('remote', 'default')).toEqual({ exit: 1, stdout: 'No default remote set\n', stderr: '' })
    expect(await lab.dv('remote', 'default', 'A')).toEqual(silent)
    expect((await lab.dv('remote', 'default')).stdout).toBe('a\n')
    expect(await lab.dv('remote', 'default', '--unset')).toEqual(silent)
    expect((await lab.dv('remote', 'default')).exit).toBe(1)
  })

  test('--local wins, and is the only file that may name a remote of its own', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', '-d', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'add', '--local', 'b', 's3://b'))
    await expectRefused(['remote', 'default', 'b'], { text: "remote 'b' is known to" })
    await expectDone(lab.dv('remote', 'default', '--local', 'b'))
    expect((await lab.dv('remote', 'default')).stdout).toBe('b\n')
    expect((await lab.dv('remote', 'default', '--project')).stdout).toBe('a\n')
  })

  test('an unknown one', async () => {
    await open()
    await expectRefused(['remote', 'default', 'nosuch'], { text: "remote 'nosuch' doesn't exist" })
  })
})

describe('remote modify', () => {
  test('sets and unsets; relative paths are typed from the working folder', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    expect(await lab.dv('remote', 'modify', 'A', 'endpointurl', 'http://127.0.0.1:9000')).toEqual(silent)
    expect((await lab.dv('config', 'remote.a.endpointurl')).stdout).toBe('http://127.0.0.1:9000\n')
    await expectRefused(['remote', 'modify', 'a', 'url', '../folder'], { text: "data['remote']['a']['endpointurl']" })
    expect(await lab.dv('remote', 'modify', '--unset', 'a', 'endpointurl')).toEqual(silent)
    expect(lab.read('.dvc/config')).not.toContain('endpointurl')
    await expectDone(lab.dv('remote', 'modify', 'a', 'url', '../folder'))
    expect(lab.read('.dvc/config')).toContain('url = ../../folder\n')
  })

  test('a secret: kept without a word in config.local, with a warning in the committed file', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    expect(await lab.dv('remote', 'modify', '--local', 'a', 'secret_access_key', 'hush')).toEqual(silent)
    const said = await lab.dv('remote', 'modify', 'a', 'secret_access_key', 'hush')
    expect(said.exit).toBe(0)
    expect(said.stderr).toContain('WARNING: secret_access_key of remote')
    expect(said.stderr).not.toContain('hush')
  })

  test.each([
    ['an unknown remote', ['nosuch', 'jobs', '2'], { text: "remote 'nosuch' doesn't exist" }],
    ['an unknown option', ['a', 'nosuch', '2'], { text: "extra keys not allowed @ data['remote']['a']['nosuch']" }],
    ['a value that does not fit', ['a', 'jobs', 'many'], { text: "expected int for dictionary value @ data['remote']['a']['jobs']" }],
    ['no value', ['a', 'jobs'], { exit: 254, text: 'a value is missing' }],
    ['no option', ['a'], { exit: 254, text: "missing required argument 'option'" }],
    ['a remote of a stronger file only', ['b', 'jobs', '2'], { text: 'hint: add --local' }],
    ['the url away', ['--unset', 'a', 'url'], { text: 'would have no url' }],
  ])('refused: %s', async (_, words, expected) => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'add', '--local', 'b', 's3://b'))
    await expectRefused(['remote', 'modify', ...words], expected)
  })
})

describe('remote remove', () => {
  test('with the default that names it, here and in stronger files; rm', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', '-d', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'default', '--local', 'a'))
    expect(await lab.dv('remote', 'remove', 'A')).toEqual(silent)
    expect([lab.read('.dvc/config'), lab.read('.dvc/config.local')]).toEqual(['', ''])
    await expectRefused(['remote', 'rm', 'a'], { text: "remote 'a' doesn't exist" })
  })

  test('options of it in config.local go, too: alone they would break DVC', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'modify', '--local', 'a', 'secret_access_key', 'hush'))
    await expectDone(lab.dv('remote', 'remove', 'a'))
    expect([lab.read('.dvc/config.local'), (await lab.dv('remote', 'list')).stdout]).toEqual(['', ''])
  })

  test('one that another file names as well stays there', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', '--global', 'a', 's3://global'))
    await expectDone(lab.dv('remote', 'add', 'a', 's3://ours'))
    await expectDone(lab.dv('remote', 'modify', '--local', 'a', 'jobs', '3'))
    await expectDone(lab.dv('remote', 'remove', 'a'))
    expect((await lab.dv('remote', 'list')).stdout).toBe('a  s3://global\n')
    expect(lab.read('.dvc/config.local')).toContain('jobs = 3')
  })

  test('makes no files', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'remove', 'a'))
    expect(lab.has('.dvc/config.local')).toBe(false)
  })
})

describe('remote rename', () => {
  test('with its default, and its options in config.local', async () => {
    await open()
    await expectDone(lab.dv('remote', 'add', '-d', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'modify', '--local', 'a', 'jobs', '3'))
    await expectDone(lab.dv('remote', 'default', '--local', 'a'))
    expect(await lab.dv('remote', 'rename', 'a', 'B')).toEqual(silent)
    expect(lab.read('.dvc/config')).toBe('[core]\n    remote = b\n[\'remote "b"\']\n    url = s3://a\n')
    expect(lab.read('.dvc/config.local')).toContain('remote = b\n')
    expect(lab.read('.dvc/config.local')).not.toContain('"a"')
    expect((await lab.dv('remote', 'list')).stdout).toBe('b  s3://a  (default)\n')
  })

  test.each([
    ['one that is not there', ['nosuch', 'x'], "remote 'nosuch' doesn't exist"],
    ['to a name that is taken', ['a', 'b'], "there is a remote 'b' already"],
  ])('refused: %s', async (_, words, text) => {
    await open()
    await expectDone(lab.dv('remote', 'add', 'a', 's3://a'))
    await expectDone(lab.dv('remote', 'add', 'b', 's3://b'))
    await expectRefused(['remote', 'rename', ...words], { text })
  })
})
