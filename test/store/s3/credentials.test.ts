/** Where keys, region and endpoint come from. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Context } from '../../../src/base/context.ts'
import { findWhereabouts } from '../../../src/store/s3/aws-profile.ts'
import { openCredentials } from '../../../src/store/s3/credentials.ts'
import { readS3Settings } from '../../../src/store/s3/settings.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dv-aws-'))
  mkdirSync(join(home, '.aws'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const settingsFor = (options: Record<string, string>, env: Record<string, string>) =>
  readS3Settings({ name: 'stor', url: 's3://lab', options }, { cwd: '/', env: { HOME: home, ...env } })
const doorFor = (options: Record<string, string> = {}, env: Record<string, string> = {}, now: Context['now'] = Date.now) =>
  openCredentials(settingsFor(options, env), { env: { HOME: home, ...env }, now }, 'us-east-1')
const environmentKeys = { AWS_ACCESS_KEY_ID: 'env-id', AWS_SECRET_ACCESS_KEY: 'env-secret' }
const writeAws = (file: 'config' | 'credentials', text: string): void => writeFileSync(join(home, '.aws', file), text)

test('both keys in the options win, at once', () => {
  const options = { access_key_id: 'id', secret_access_key: 'secret', session_token: 'token', profile: 'p' }
  expect(doorFor(options, environmentKeys)?.current()).toMatchObject({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  })
})

test('then those of the environment, unless a profile is named', () => {
  expect(doorFor({}, { ...environmentKeys, AWS_SESSION_TOKEN: 't' })?.current()).toMatchObject({ accessKeyId: 'env-id', sessionToken: 't' })
  expect(doorFor({ access_key_id: 'half' }, environmentKeys)?.current()?.accessKeyId).toBe('env-id')
  expect(doorFor({ profile: 'p' }, environmentKeys)?.current()).toBeUndefined()
  expect(doorFor({}, { ...environmentKeys, AWS_PROFILE: 'p' })?.current()).toBeUndefined()
})

test('then the chain of the SDK, with the profile', async () => {
  writeAws(
    'credentials',
    '[default]\naws_access_key_id = one\naws_secret_access_key = s1\n[lab]\naws_access_key_id = two\naws_secret_access_key = s2\n',
  )
  expect(await doorFor()?.load()).toMatchObject({ accessKeyId: 'one', from: 'those of the AWS default chain' })
  const door = doorFor({ profile: 'lab' }, environmentKeys)
  expect(await door?.load()).toMatchObject({ accessKeyId: 'two', secretAccessKey: 's2', from: "those of AWS profile 'lab'" })
  expect(door?.current()?.accessKeyId).toBe('two')
})

test('a file that the options name', async () => {
  const file = join(home, 'other')
  writeFileSync(file, '[default]\naws_access_key_id = three\naws_secret_access_key = s3\n')
  expect(await doorFor({ credentialpath: file })?.load()).toMatchObject({ accessKeyId: 'three' })
})

test('what expires is asked for again five minutes before', async () => {
  // A process is a source whose keys expire; the SDK runs it.
  const script = `${process.execPath} -e "console.log(JSON.stringify({Version:1,AccessKeyId:'p',SecretAccessKey:'s',Expiration:new Date(Date.now()+3600000).toISOString()}))"`
  writeAws('config', `[default]\ncredential_process = ${script.replaceAll('\\', '\\\\')}\n`)
  let now = Date.now()
  const door = doorFor({}, {}, () => now)
  const keys = await door?.load()
  expect(keys?.accessKeyId).toBe('p')
  expect(door?.current()).toBe(keys)
  now += 54 * 60_000
  expect(door?.current()).toBe(keys)
  now += 2 * 60_000
  expect(door?.current()).toBeUndefined()
})

test('none at all is told with what to type', async () => {
  writeAws('config', '[profile lab]\nregion = eu-west-1\n')
  await expect(doorFor({ profile: 'nobody' })?.load()).rejects.toMatchObject({
    code: 'access-denied',
    message: expect.stringContaining('no AWS credentials for s3://lab: '),
    hint: expect.stringContaining('aws configure'),
  })
})

test('anonymous has no keys', () => expect(doorFor({ allow_anonymous_login: 'true' }, environmentKeys)).toBeUndefined())

test('region and endpoint of a profile, unless options or environment say otherwise', async () => {
  writeAws(
    'config',
    '[default]\nregion = eu-west-1\n[profile lab]\nregion = eu-west-2\nendpoint_url = http://lab:9000\n[profile both]\nservices = own\nendpoint_url = http://general\n[services own]\ns3 =\n  endpoint_url = http://special\n',
  )
  const where = async (options: Record<string, string> = {}, env: Record<string, string> = {}) => {
    const { region, endpoint } = await findWhereabouts(settingsFor(options, env))
    return [region, endpoint?.href]
  }
  expect(await where()).toEqual(['eu-west-1', undefined])
  expect(await where({ profile: 'lab' })).toEqual(['eu-west-2', 'http://lab:9000/'])
  expect(await where({ profile: 'both' })).toEqual(['us-east-1', 'http://special/'])
  expect(await where({ profile: 'lab', region: 'r', endpointurl: 'http://e' })).toEqual(['r', 'http://e/'])
  expect(await where({}, { AWS_PROFILE: 'lab', AWS_DEFAULT_REGION: 'd' })).toEqual(['d', 'http://lab:9000/'])
  rmSync(join(home, '.aws'), { recursive: true })
  expect(await where()).toEqual(['us-east-1', undefined])
})
