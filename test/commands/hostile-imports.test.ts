/** A pointer that was pulled may be a stranger's: the source that it names runs nothing and gets nothing. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

let lab: SourceLab
let commit: string
const secret = join('home', '.netrc')

beforeEach(async () => {
  lab = await openSourceLab()
  commit = lab.git('-C', lab.source, 'rev-parse', 'v1').trim()
  lab.write('own.txt', 'own\n')
  await expectDone(lab.dv('add', '-q', 'own.txt'))
  await expectDone(lab.dv('push', '-q'))
  rmSync(join(lab.root, 'own.txt'))
})
afterEach(() => lab.close())

const pointer = (repo: string, path = 'f.txt'): string =>
  `frozen: true\ndeps:\n- path: ${path}\n  repo:\n${repo
    .split('\n')
    .map(line => `    ${line}\n`)
    .join('')}    rev_lock: ${commit}\nouts:\n- md5: bbe02f946d5455d74616fc9777557c22\n  size: 5\n  hash: md5\n  path: taken\n`

const allVerbs = [['fetch'], ['update', 'taken.dvc'], ['status', '--updates']] as const

/** Each verb that would open the source; other data comes all the same. */
async function expectRefused(text: string, said: string, verbs: readonly (readonly string[])[] = allVerbs): Promise<void> {
  lab.write('taken.dvc', text)
  const pulled = await lab.dv('pull')
  expect(pulled.stderr).toContain("the source of 'taken'")
  expect(pulled.stderr).toContain(said)
  expect(pulled.exit).toBe(1)
  expect(lab.read('own.txt')).toBe('own\n')
  expect(lab.has('taken')).toBe(false)
  for (const words of verbs) {
    const { exit, stderr } = await lab.dv(...words)
    expect({ words, told: stderr.includes("the source of 'taken'"), isDone: exit === 0 }).toEqual({ words, told: true, isDone: false })
  }
  expect(lab.read('taken.dvc')).toBe(text)
}

describe('an address that would run something', () => {
  test.each([
    ['ext::sh -c touch% pwned', 'helpers of git that an address names are not run'],
    ['fd::17', 'helpers of git that an address names are not run'],
    ['--upload-pack=touch pwned', 'it begins with "-"'],
    ['ssh://-oProxyCommand=touch%20pwned/x', 'git has no such kind of address'],
    ['-oProxyCommand=touch pwned:x', 'it begins with "-"'],
    ['"git@host\\nx:y"', 'it has control characters'],
  ])('%s', async (url, said) => {
    lab.write('taken.dvc', pointer(`url: ${url.startsWith('"') ? url : JSON.stringify(url)}`))
    const { exit, stderr } = await lab.dv('pull')
    expect(stderr).toContain(said)
    expect(exit).toBe(1)
    expect(lab.read('own.txt')).toBe('own\n')
    expect(lab.has('pwned') || lab.has('../pwned') || lab.has('taken')).toBe(false)
  })
})

test('a bare repository that came with the clone is not opened, since its settings are not the user’s', async () => {
  lab.git('clone', '-q', '--bare', lab.source, join(lab.root, 'tools.git'))
  lab.git('-C', join(lab.root, 'tools.git'), 'config', 'core.fsmonitor', 'touch ../pwned')
  await expectRefused(pointer('url: tools.git'), 'lies inside another one')
  await expectRefused(pointer('url: ./tools.git/'), 'lies inside another one')
  await expectRefused(pointer(`url: file://${lab.root}/tools.git`), 'lies inside another one')
  expect(lab.has('pwned')).toBe(false)
})

test('this very repository at another commit is a source like any other', async () => {
  lab.commit('own')
  lab.write(
    'self.dvc',
    pointer('url: .', 'own.txt')
      .replace('path: taken', 'path: self')
      .replace(commit, lab.git('rev-parse', 'HEAD').trim())
      .replace('bbe02f946d5455d74616fc9777557c22', /md5: (.*)/.exec(lab.read('own.txt.dvc'))?.[1] ?? ''),
  )
  rmSync(join(lab.root, '.dvc/cache'), { recursive: true })
  await expectDone(lab.dv('pull', '-q', 'self.dvc'))
  expect(lab.read('self')).toBe('own\n')
})

describe('settings that a pointer names', () => {
  test.each([
    ['remote:\n  credentialpath: ../keys', 'credentialpath'],
    ['config:\n  core:\n    remote: x\n  remote:\n    x:\n      url: gs://bucket\n      endpointurl: https://thief.example', 'endpointurl'],
    ['config: conf', 'configpath'],
  ])('%s is asked about, however the data would come', async (lines, key) => {
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    lab.write('conf', '[core]\n    remote = evil\n[\'remote "evil"\']\n    url = s3://bucket\n    configpath = aws\n')
    lab.write('taken.dvc', pointer(`url: ../src\n${lines}`))
    const { exit, stderr } = await lab.dv('pull')
    expect(stderr).toContain("the source of 'taken', f.txt (../src), cannot be used")
    expect(stderr).toContain(key)
    expect(stderr).toMatch(/is not used: the committed configuration of this repository sets/)
    expect(stderr).toContain('DV_TRUST=')
    expect(exit).toBe(1)
    expect(lab.read('own.txt')).toBe('own\n')
  })

  test('typed by the user himself they are his', async () => {
    rmSync(join(lab.source, '.dvc', 'cache'), { recursive: true })
    const { stderr } = await lab.dv(
      'import',
      '../src',
      'f.txt',
      '--remote-config',
      'url=s3://bucket',
      'configpath=/nosuch',
      'endpointurl=http://127.0.0.1:9',
    )
    expect(stderr).not.toContain('is not used: the committed configuration')
  })
})

test('a path never leaves the source, nor what git or DVC keep of it', async () => {
  mkdirSync(join(lab.outside, 'home'), { recursive: true })
  writeFileSync(join(lab.outside, secret), 'password\n')
  chmodSync(join(lab.outside, secret), 0o600)
  for (const path of [`../${secret}`, '../../../../etc/hostname', '.git/config', join(lab.outside, secret)]) {
    const { exit, stderr } = await lab.dv('import', '../src', path, '-o', 'stolen')
    expect(stderr).toContain('there is no ')
    expect(exit).toBe(255)
    await expectRefused(pointer('url: ../src', JSON.stringify(path)), 'there is no ', [['fetch'], ['update', 'taken.dvc']])
  }
  expect(lab.has('stolen')).toBe(false)
})

test('a list of files of the source that would write elsewhere is refused', async () => {
  const tree = '[{"md5": "bbe02f946d5455d74616fc9777557c22", "relpath": "../escaped"}]'
  const { createHash } = await import('node:crypto')
  const id = createHash('md5').update(tree).digest('hex')
  const object = join(lab.outside, 'source-remote/files/md5', id.slice(0, 2), `${id.slice(2)}.dir`)
  mkdirSync(join(object, '..'), { recursive: true })
  writeFileSync(object, tree)
  writeFileSync(join(lab.source, 'evil.dvc'), `outs:\n- md5: ${id}.dir\n  size: 5\n  nfiles: 1\n  hash: md5\n  path: evil\n`)
  lab.git('-C', lab.source, 'add', '-A')
  lab.git('-C', lab.source, 'commit', '-qm', 'evil')
  const { exit, stderr } = await lab.dv('import', '../src', 'evil')
  expect(stderr).toContain('is refused')
  expect(exit).toBe(1)
  expect(lab.has('evil') || lab.has('escaped') || lab.has('evil.dvc')).toBe(false)
})
