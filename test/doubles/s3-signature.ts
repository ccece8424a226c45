/**
 * The server's side of AWS Signature Version 4 (header form), written from the specification and apart from the client's,
 * so that one mistake cannot hide in both. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { S3Refusal } from './s3-answers.ts'

interface Expected {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string | undefined
}

const maxSkewMs = 15 * 60_000 // AWS's

const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

export function checkSignature(request: IncomingMessage, body: Buffer, expected: Expected): void {
  const parts = form.exec(request.headers.authorization ?? '')
  if (parts === null) throw new S3Refusal(403, 'AccessDenied', 'Access Denied.')
  const [, keyId = '', day = '', region = '', signedHeaders = '', signature = ''] = parts
  if (keyId !== expected.accessKeyId) throw new S3Refusal(403, 'InvalidAccessKeyId', 'The access key id does not exist in our records.')
  if (expected.region !== undefined && region !== expected.region) {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected.region}'`
    throw new S3Refusal(400, 'AuthorizationHeaderMalformed', message, { 'x-amz-bucket-region': expected.region })
  }
  const timestamp = String(request.headers['x-amz-date'])
  if (!timestamp.startsWith(day) || Math.abs(timeOf(timestamp) - Date.now()) > maxSkewMs)
    throw new S3Refusal(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.')
  const payloadHash = String(request.headers['x-amz-content-sha256'])
  if (/^[0-9a-f]{64}$/.test(payloadHash) && sha256(body) !== payloadHash)
    throw new S3Refusal(400, 'XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 does not match what was computed.')

  const names = signedHeaders.split(';')
  if (!names.includes('host')) throw new S3Refusal(403, 'AccessDenied', 'host must be signed')
  for (const name of Object.keys(request.headers))
    if (name.startsWith('x-amz-') && !names.includes(name)) throw new S3Refusal(403, 'AccessDenied', `${name} must be signed`)
  const headers = names
    .map(
      name =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}\n`,
    )
    .join('')
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  const canonical = [request.method, rewrap(path, '/'), canonicalQuery(query), headers, signedHeaders, payloadHash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n')
  const key = ['s3', 'aws4_request'].reduce(
    (secret, text) => hmac(secret, text),
    hmac(hmac(`AWS4${expected.secretAccessKey}`, day), region),
  )
  if (!timingSafeEqual(Buffer.from(hmac(key, toSign).toString('hex')), Buffer.from(signature)))
    throw new S3Refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.')
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const timeOf = (stamp: string): number => Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))

/** Decodes and encodes again, so that only the canonical form counts, however the client wrote it. */
const rewrap = (path: string, keep: string): string =>
  path
    .split(keep)
    .map(part => encode(decodeURIComponent(part)))
    .join(keep)

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

const canonicalQuery = (query: string): string =>
  query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const [name = '', ...value] = part.split('=')
      return `${rewrap(name, '/')}=${encode(decodeURIComponent(value.join('=').replace(/\+/g, '%20')))}`
    })
    .sort()
    .join('&')
