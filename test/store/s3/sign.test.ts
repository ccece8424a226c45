/** AWS's own examples: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
import { expect, test } from '@jest/globals'
import { encodeKey, encodeQuery } from '../../../src/store/s3/encode.ts'
import { amzDate, canonicalRequest, openSigner, type SignableRequest, sha256Hex, signingKey } from '../../../src/store/s3/sign.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const stamp = '20130524T000000Z'
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const host = ['host', 'examplebucket.s3.amazonaws.com'] as const
const signed = (payloadHash: string) => [['x-amz-content-sha256', payloadHash] as const, ['x-amz-date', stamp] as const]

const getObject: SignableRequest = {
  method: 'GET',
  path: '/test.txt',
  query: '',
  headers: [host, ['range', 'bytes=0-9'], ...signed(emptyHash)],
  payloadHash: emptyHash,
}
const putHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
const putObject: SignableRequest = {
  method: 'PUT',
  path: `/${encodeKey('test$file.text')}`,
  query: '',
  headers: [['date', 'Fri, 24 May 2013 00:00:00 GMT'], host, ...signed(putHash), ['x-amz-storage-class', 'REDUCED_REDUNDANCY']],
  payloadHash: putHash,
}
const bucketRequest = (query: Record<string, string>): SignableRequest => ({
  method: 'GET',
  path: '/',
  query: encodeQuery(query),
  headers: [host, ...signed(emptyHash)],
  payloadHash: emptyHash,
})

test.each([
  [
    'GET object',
    getObject,
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    'host;range;x-amz-content-sha256;x-amz-date',
  ],
  [
    'PUT object',
    putObject,
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
  ],
  [
    'GET bucket lifecycle',
    bucketRequest({ lifecycle: '' }),
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    'host;x-amz-content-sha256;x-amz-date',
  ],
  [
    'list objects',
    bucketRequest({ prefix: 'J', 'max-keys': '2' }),
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    'host;x-amz-content-sha256;x-amz-date',
  ],
])('the signature of AWS’s example: %s', (_, request, signature, names) => {
  expect(openSigner(keys, 'us-east-1')(request, stamp)).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`,
  )
})

test('the canonical request of AWS’s example', () => {
  expect(canonicalRequest(getObject)).toBe(
    [
      'GET',
      '/test.txt',
      '',
      'host:examplebucket.s3.amazonaws.com',
      'range:bytes=0-9',
      `x-amz-content-sha256:${emptyHash}`,
      `x-amz-date:${stamp}`,
      '',
      'host;range;x-amz-content-sha256;x-amz-date',
      emptyHash,
    ].join('\n'),
  )
  expect(sha256Hex(canonicalRequest(getObject))).toBe('7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972')
})

test('the kept key changes with the day', () => {
  const sign = openSigner(keys, 'us-east-1')
  const at = (day: string) => sign(getObject, `${day}T000000Z`)
  const first = at('20130524')
  expect(at('20130525')).not.toContain('/20130524/')
  expect(at('20130524')).toBe(first)
  expect(signingKey(keys.secretAccessKey, '20130524', 'us-east-1')).not.toEqual(signingKey(keys.secretAccessKey, '20130525', 'us-east-1'))
})

test('the timestamp is in UTC and without separators', () => expect(amzDate(Date.UTC(2013, 4, 24, 1, 2, 3, 456))).toBe('20130524T010203Z'))

test('keys and queries are encoded as S3 wants them', () => {
  expect(encodeKey("a b/ü/'(x)*!~+&=")).toBe('a%20b/%C3%BC/%27%28x%29%2A%21~%2B%26%3D')
  expect(encodeQuery({ prefix: 'a/b c', delete: '', 'list-type': '2' })).toBe('delete=&list-type=2&prefix=a%2Fb%20c')
})
