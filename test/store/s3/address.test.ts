import { expect, test } from '@jest/globals'
import { addressOf } from '../../../src/store/s3/address.ts'
import { readS3Settings } from '../../../src/store/s3/settings.ts'

const at = (changes: Partial<Parameters<typeof addressOf>[0]>) =>
  addressOf({ bucket: 'lab', region: 'eu-west-1', endpoint: undefined, secure: true, ...changes })

test.each([
  ['AWS', {}, 'https://s3.eu-west-1.amazonaws.com', 'lab.s3.eu-west-1.amazonaws.com', 443, '/'],
  ['a bucket with dots', { bucket: 'a.b' }, 'https://s3.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com', 443, '/a.b/'],
  ['China', { region: 'cn-north-1' }, 'https://s3.cn-north-1.amazonaws.com.cn', 'lab.s3.cn-north-1.amazonaws.com.cn', 443, '/'],
  ['AWS without TLS', { secure: false }, 'http://s3.eu-west-1.amazonaws.com', 'lab.s3.eu-west-1.amazonaws.com', 80, '/'],
  ['a private server', { endpoint: new URL('http://10.0.0.1:9000') }, 'http://10.0.0.1:9000', '10.0.0.1', 9000, '/lab/'],
  ['one below a path', { endpoint: new URL('https://x.org/s3/') }, 'https://x.org', 'x.org', 443, '/s3/lab/'],
  ['one by IPv6', { endpoint: new URL('http://[::1]:9000') }, 'http://[::1]:9000', '::1', 9000, '/lab/'],
])('%s', (_, changes, endpoint, host, port, keyPath) => {
  expect(at(changes)).toMatchObject({ endpoint, host, port, keyPath })
})

test('the Host header has the port unless it is the scheme’s own', () => {
  expect(at({ endpoint: new URL('http://[::1]:9000') }).hostHeader).toBe('[::1]:9000')
  expect(at({ endpoint: new URL('https://x.org:443') }).hostHeader).toBe('x.org')
})

const settingsOf = (url: string, options: Record<string, string> = {}, env: Record<string, string> = {}) =>
  readS3Settings({ name: 'stor', url, options }, { cwd: '/', env })

test('bucket and prefix of a url', () => {
  expect(settingsOf('s3://lab')).toMatchObject({ bucket: 'lab', prefix: '', label: 's3://lab' })
  expect(settingsOf('s3://lab/')).toMatchObject({ bucket: 'lab', prefix: '' })
  expect(settingsOf('s3://lab/a//b/')).toMatchObject({ bucket: 'lab', prefix: 'a/b/', label: 's3://lab/a/b' })
  expect(() => settingsOf('s3:///a')).toThrow('names no bucket')
})

test('options win over the environment, and files over options, as with DVC', () => {
  const env = { AWS_REGION: 'a', AWS_ENDPOINT_URL: 'http://e', AWS_PROFILE: 'p', AWS_CONFIG_FILE: '/env', HOME: '/h' }
  expect(settingsOf('s3://lab', {}, env)).toMatchObject({
    region: 'a',
    profile: 'p',
    files: { config: '/env', credentials: '/h/.aws/credentials' },
  })
  expect(settingsOf('s3://lab', {}, env).endpoint?.href).toBe('http://e/')
  expect(settingsOf('s3://lab', {}, { ...env, AWS_ENDPOINT_URL_S3: 'http://s' }).endpoint?.href).toBe('http://s/')
  expect(settingsOf('s3://lab', {}, { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }).endpoint).toBeUndefined()
  const options = { region: 'b', endpointurl: 'https://o', profile: 'q', configpath: '/option', credentialpath: '/option2' }
  expect(settingsOf('s3://lab', options, env)).toMatchObject({
    region: 'b',
    profile: 'q',
    files: { config: '/env', credentials: '/option2' },
  })
  expect(settingsOf('s3://lab', options, env)).toMatchObject({ secure: true, trust: { rejectUnauthorized: true } })
})

test.each([
  [{ use_ssl: 'maybe' }, 'use_ssl'],
  [{ jobs: '0' }, 'jobs'],
  [{ read_timeout: 'soon' }, 'read_timeout'],
  [{ ssl_verify: '/nonexistent/ca.pem' }, 'cannot read the certificates in /nonexistent/ca.pem'],
  [{ endpointurl: 'http://' }, 'is no URL'],
])('a wrong option is named: %j', (options, part) => {
  expect(() => settingsOf('s3://lab', options)).toThrow(part)
})

test('encryption by the customer’s key is told to S3 with its md5', () => {
  expect(settingsOf('s3://lab', { sse_customer_key: 'a2V5', sse: 'AES256' })).toMatchObject({
    writeHeaders: { 'x-amz-server-side-encryption': 'AES256' },
    objectHeaders: {
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key': 'a2V5',
      'x-amz-server-side-encryption-customer-key-md5': 'PG4LipwVIkqCKLmpjKFTHQ==',
    },
  })
})
