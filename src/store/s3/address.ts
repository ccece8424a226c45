/** Where a bucket is reached: host, port, and what stands before a key in the path. */
import { encodeKey } from './encode.ts'

export interface Address {
  readonly secure: boolean
  /** to connect to */
  readonly host: string
  readonly port: number
  /** of the Host header: with the port unless it is the scheme's own */
  readonly hostHeader: string
  /** path of the bucket itself, encoded: `/` or `/bucket` */
  readonly bucketPath: string
  /** path before a key, encoded, with a slash at its end: `/` or `/bucket/` */
  readonly keyPath: string
  /** for people: `https://s3.lab.example:9000` */
  readonly endpoint: string
}

interface Bucket {
  readonly bucket: string
  readonly region: string
  readonly endpoint: URL | undefined
  /** for AWS only: an endpoint says it itself */
  readonly secure: boolean
}

/**
 * Path style (`host/bucket/key`) at a private server, which rarely has a host name for each bucket, and for a bucket with dots, whose host
 * name no certificate of AWS covers; else the bucket is a part of the host name, as AWS asks for.
 */
export function addressOf({ bucket, region, endpoint, secure }: Bucket): Address {
  const scheme = secure ? 'https' : 'http'
  const url = endpoint ?? new URL(`${scheme}://s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`)
  const pathStyle = endpoint !== undefined || bucket.includes('.')
  const base = url.pathname.replace(/\/+$/, '')
  const host = pathStyle ? url.hostname : `${bucket}.${url.hostname}`
  const isSecure = url.protocol === 'https:'
  return {
    secure: isSecure,
    host: host.replace(/^\[|\]$/g, ''), // an IPv6 address
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    hostHeader: url.port === '' ? host : `${host}:${url.port}`,
    bucketPath: pathStyle ? `${base}/${encodeKey(bucket)}` : `${base}/`,
    keyPath: pathStyle ? `${base}/${encodeKey(bucket)}/` : `${base}/`,
    endpoint: `${url.protocol}//${url.host}`,
  }
}
