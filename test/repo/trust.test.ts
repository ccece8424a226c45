import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { Context } from '../../src/base/context.ts'
import { loadConfig } from '../../src/repo/config.ts'
import { resolveRemote } from '../../src/repo/remote.ts'
import { recordTrust, trustedOptions, untrustedSettings } from '../../src/repo/trust.ts'
import { temporaryRepository } from './temporary-repository.ts'

const opened = (files: { readonly repo?: string; readonly local?: string; readonly global?: string }) => {
  const repository = temporaryRepository()
  const { root, home, context, write } = repository
  write({ '.dvc/config': files.repo ?? '', ...(files.local === undefined ? {} : { '.dvc/config.local': files.local }) })
  mkdirSync(join(home, 'global'))
  if (files.global !== undefined) writeFileSync(join(home, 'global/config'), files.global)
  const ask = (env: Context['env'] = {}): string[] => {
    const seen = { ...context, env: { ...context.env, ...env } }
    return untrustedSettings(resolveRemote('r', loadConfig(root, context), root), { root, context: seen }).map(({ key }) => key)
  }
  return { ...repository, ask }
}

const remote = (url: string, more = ''): string => `['remote "r"']\n    url = ${url}\n${more}`

test.each([
  ['a folder', remote('../x')],
  ['S3', remote('s3://b')],
  [
    'a private S3 endpoint with its keys and certificate',
    remote(
      's3://b',
      '    endpointurl = http://10.0.0.1:9000\n    ssl_verify = false\n    access_key_id = a\n    secret_access_key = b\n    profile = lab\n',
    ),
  ],
  ['Google itself', remote('gs://b')],
  ['a test server for Google on this machine', remote('gs://b', '    endpointurl = http://127.0.0.1:4443\n')],
  ['a web server without secrets of the user', remote('https://data.example.org/x', '    user = u\n    password = p\n    auth = basic\n')],
])('%s in a committed file is not asked about', (_, repo) => {
  expect(opened({ repo }).ask()).toEqual([])
})

test.each([
  ['an AWS config file', remote('s3://b', '    configpath = ../aws\n'), ['remote.r.configpath']],
  ['a credentials file', remote('gs://b', '    credentialpath = key.json\n'), ['remote.r.credentialpath']],
  ['a private key', remote('ssh://h/x', '    keyfile = ../k\n'), ['remote.r.keyfile']],
  ['a command', remote('webdavs://h/x', '    bearer_token_command = date\n'), ['remote.r.bearer_token_command']],
  ['a foreign server for the Google token', remote('gs://b', '    endpointurl = https://evil.example.org\n'), ['remote.r.endpointurl']],
])('%s in a committed file waits for trust', (_, repo, keys) => {
  expect(opened({ repo }).ask()).toEqual(keys)
})

test('the same in files of the user is believed', () => {
  const dangerous = remote('s3://b', '    configpath = ../aws\n')
  expect(opened({ local: dangerous }).ask()).toEqual([])
  expect(opened({ global: dangerous }).ask()).toEqual([])
  expect(opened({ repo: remote('s3://b'), local: `['remote "r"']\n    configpath = mine\n` }).ask()).toEqual([])
})

test("a config.local that is committed is not the user's", () => {
  const { git, ask } = opened({ local: remote('s3://b', '    configpath = ../aws\n') })
  git('add', '-f', '.dvc/config.local')
  expect(ask()).toEqual(['remote.r.configpath'])
})

test('a password of the user goes to no host that a committed file chose, unless it was given for this very repository', () => {
  const repo = remote('https://data.example.org/x', '    user = u\n')
  expect(opened({ repo, global: `['remote "r"']\n    password = p\n` }).ask()).toEqual(['remote.r.url'])
  expect(opened({ repo, local: `['remote "r"']\n    password = p\n` }).ask()).toEqual([])
  expect(opened({ global: `${repo}    password = p\n` }).ask()).toEqual([])
})

test('options that come by way of another remote are judged where they stand', () => {
  const base = `['remote "base"']\n    url = s3://b\n    configpath = ../aws\n`
  expect(opened({ repo: `${base}['remote "r"']\n    url = remote://base/x\n` }).ask()).toEqual(['remote.base.configpath'])
  expect(opened({ repo: `['remote "r"']\n    url = remote://base/x\n`, global: base }).ask()).toEqual([])
})

test('trust is for one repository, key and value', () => {
  const repo = remote('s3://b', '    configpath = aws\n')
  const { root, home, context, write, ask } = opened({ repo })
  const value = join(root, '.dvc/aws')
  recordTrust({ root: '/elsewhere', key: 'remote.r.configpath', value }, context)
  recordTrust({ root, key: 'remote.other.configpath', value }, context)
  expect(ask()).toEqual(['remote.r.configpath'])
  recordTrust({ root, key: 'remote.r.configpath', value }, context)
  expect(ask()).toEqual([])
  write({ '.dvc/config': remote('s3://b', '    configpath = other\n') })
  expect(ask()).toEqual(['remote.r.configpath'])
  const file = join(home, 'global/dv/trust.json')
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toEqual(['/elsewhere', root])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('DV_TRUST names keys or hosts', () => {
  const { ask } = opened({ repo: remote('gs://b', '    endpointurl = https://gcs.lab.example.org:8443/x\n    credentialpath = k\n') })
  expect(ask({ DV_TRUST: 'gcs.lab.example.org' })).toEqual(['remote.r.credentialpath'])
  expect(ask({ DV_TRUST: 'other, remote.r.credentialpath gcs.lab.example.org' })).toEqual([])
})

test('the refusal says what to type, and all options are there once trusted', () => {
  const { root, context } = opened({ repo: remote('s3://b', '    configpath = ../aws\n') })
  const asked = resolveRemote('r', loadConfig(root, context), root)
  expect(() => trustedOptions(asked, { root, context })).toThrow(
    expect.objectContaining({ code: 'untrusted', hint: expect.stringMatching(/^dv trust remote\.r\.configpath/) }),
  )
  recordTrust({ root, key: 'remote.r.configpath', value: join(root, 'aws') }, context)
  expect(trustedOptions(asked, { root, context })).toEqual({ configpath: join(root, 'aws') })
})
