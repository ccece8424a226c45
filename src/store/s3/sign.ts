/**
 * AWS Signature Version 4 for S3, in the Authorization header.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html; the examples of that page are the tests.
 */
import { createHash, createHmac } from 'node:crypto'

export interface SigningKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A request as far as its signature covers it. */
export interface SignableRequest {
  readonly method: string
  /** as it will be sent: encoded once, as S3 wants it, without the query */
  readonly path: string
  /** canonical: encoded, sorted by name, every name with `=` */
  readonly query: string
  /** lower-case names in code-unit order, values trimmed; `host`, `x-amz-content-sha256` and `x-amz-date` among them */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** hex of the body's sha256, or a word such as `UNSIGNED-PAYLOAD` */
  readonly payloadHash: string
}

export type Authorize = (request: SignableRequest, timestamp: string) => string

/**
 * Returns the function that makes the value of the Authorization header; `timestamp` is the request's `x-amz-date`.
 * The key derived for a day is kept: four HMACs of the five that a signature takes.
 */
export function openSigner(keys: SigningKeys, region: string): Authorize {
  let day = ''
  let key: Buffer | undefined
  return (request, timestamp) => {
    if (key === undefined || !timestamp.startsWith(day) || day === '') {
      day = timestamp.slice(0, 8)
      key = signingKey(keys.secretAccessKey, day, region)
    }
    const scope = `${day}/${region}/s3/aws4_request`
    const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonicalRequest(request))}`
    const signature = createHmac('sha256', key).update(toSign).digest('hex')
    return `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope},SignedHeaders=${signedNames(request)},Signature=${signature}`
  }
}

export function canonicalRequest(request: SignableRequest): string {
  let headers = ''
  for (const [name, value] of request.headers) headers += `${name}:${value}\n`
  return `${request.method}\n${request.path}\n${request.query}\n${headers}\n${signedNames(request)}\n${request.payloadHash}`
}

/** @param day `YYYYMMDD` */
export function signingKey(secretAccessKey: string, day: string, region: string): Buffer {
  let key = hmac(`AWS4${secretAccessKey}`, day)
  for (const text of [region, 's3', 'aws4_request']) key = hmac(key, text)
  return key
}

/** `YYYYMMDDTHHMMSSZ` of a time in ms since 1970. */
export function amzDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

export const sha256Hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const signedNames = (request: SignableRequest): string => {
  let names = ''
  for (const [name] of request.headers) names += names === '' ? name : `;${name}`
  return names
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
