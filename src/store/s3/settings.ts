/** What a remote's options and the environment say about an S3 store, before any credentials or request. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { RemoteConfig } from '../open.ts'

export interface S3Settings {
  /** the remote's name, for hints */
  readonly remote: string
  /** the url without a slash at its end */
  readonly label: string
  readonly bucket: string
  /** '' or with a slash at its end */
  readonly prefix: string
  /** of a private server; undefined: AWS */
  readonly endpoint: URL | undefined
  readonly secure: boolean
  readonly region: string | undefined
  readonly profile: string | undefined
  readonly files: AwsFiles
  readonly anonymous: boolean
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } | undefined
  readonly trust: TlsTrust
  /** ms */
  readonly connectTimeoutMs: number
  /** ms without a byte from the server */
  readonly readTimeoutMs: number
  /** requests at a time */
  readonly concurrency: number
  /** that every write carries: encryption, access */
  readonly writeHeaders: Readonly<Record<string, string>>
  /** that every request for the object itself carries: the customer's own encryption key */
  readonly objectHeaders: Readonly<Record<string, string>>
}

export interface TlsTrust {
  readonly rejectUnauthorized: boolean
  readonly ca: Buffer | undefined
  /** the certificate and key by which a server knows us */
  readonly own?: { readonly cert: Buffer; readonly key: Buffer }
}

/** Absolute paths of the files that the AWS tools share. */
export interface AwsFiles {
  readonly credentials: string
  readonly config: string
}

/** Boto's is 60 s; a host that is not there should be named in ten (TCP sends its third SYN after 7 s). `connect_timeout` overrides it. */
const connectTimeoutMs = 10_000
/** boto's, which DVC uses */
const readTimeoutMs = 60_000
/** Measured against MinIO on loopback: more than 32 gained nothing; over a network of 30 ms it is about 1,000 small requests a second. */
const concurrency = 32

/** @throws DvError 'bad-config' */
export function readS3Settings(remote: RemoteConfig, context: Pick<Context, 'env' | 'cwd'>): S3Settings {
  const { options } = remote
  const { env } = context
  const { bucket, prefix } = splitUrl(remote.url)
  const secure = flag(remote, 'use_ssl') ?? true
  const endpointText = options.endpointurl ?? endpointOfEnvironment(env)
  const endpoint = endpointText === undefined ? undefined : parseEndpoint(endpointText, secure)
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken } = options
  return {
    remote: remote.name,
    label: `s3://${bucket}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`,
    bucket,
    prefix,
    endpoint,
    secure: endpoint === undefined ? secure : endpoint.protocol === 'https:',
    region: options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined),
    profile: options.profile ?? (env.AWS_PROFILE || undefined),
    files: {
      // DVC lets the environment win over its own options here (dvc_s3: `os.environ.setdefault`).
      credentials: env.AWS_SHARED_CREDENTIALS_FILE || options.credentialpath || join(env.HOME || homedir(), '.aws', 'credentials'),
      config: env.AWS_CONFIG_FILE || options.configpath || join(env.HOME || homedir(), '.aws', 'config'),
    },
    anonymous: flag(remote, 'allow_anonymous_login') ?? false,
    keys:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    trust: readTrust(remote, env),
    connectTimeoutMs: seconds(remote, 'connect_timeout') ?? connectTimeoutMs,
    readTimeoutMs: seconds(remote, 'read_timeout') ?? readTimeoutMs,
    concurrency: count(remote, 'jobs') ?? concurrency,
    writeHeaders: headersFrom(options, writeHeaderNames),
    objectHeaders: withKeyDigest(headersFrom(options, objectHeaderNames)),
  }
}

const writeHeaderNames: Readonly<Record<string, string>> = {
  acl: 'x-amz-acl',
  grant_full_control: 'x-amz-grant-full-control',
  grant_read: 'x-amz-grant-read',
  grant_read_acp: 'x-amz-grant-read-acp',
  grant_write_acp: 'x-amz-grant-write-acp',
  sse: 'x-amz-server-side-encryption',
  sse_kms_key_id: 'x-amz-server-side-encryption-aws-kms-key-id',
}

const objectHeaderNames: Readonly<Record<string, string>> = {
  sse_customer_algorithm: 'x-amz-server-side-encryption-customer-algorithm',
  sse_customer_key: 'x-amz-server-side-encryption-customer-key',
}

/** S3 wants the md5 of the customer's key beside the key. */
function withKeyDigest(headers: Record<string, string>): Record<string, string> {
  const key = headers['x-amz-server-side-encryption-customer-key']
  if (key === undefined) return headers
  const md5 = createHash('md5').update(Buffer.from(key, 'base64')).digest('base64')
  return { 'x-amz-server-side-encryption-customer-algorithm': 'AES256', ...headers, 'x-amz-server-side-encryption-customer-key-md5': md5 }
}

function splitUrl(url: string): { bucket: string; prefix: string } {
  const [bucket = '', ...rest] = url.replace(/^s3:\/\//i, '').split('/')
  if (bucket === '')
    throw new DvError('bad-config', `the url ${JSON.stringify(url)} names no bucket`, {
      hint: 'dv remote modify <name> url s3://<bucket>/<path>',
    })
  const prefix = rest.filter(part => part !== '').join('/')
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` }
}

/** The variables of the AWS tools: the one for S3 wins, and both can be switched off. */
function endpointOfEnvironment(env: Context['env']): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined
  return env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined
}

/** @throws DvError 'bad-config' */
export function parseEndpoint(text: string, secure: boolean): URL {
  const full = /^https?:\/\//i.test(text) ? text : `${secure ? 'https' : 'http'}://${text}`
  if (!URL.canParse(full))
    throw new DvError('bad-config', `the endpointurl ${JSON.stringify(text)} is no URL`, {
      hint: 'it looks like https://s3.lab.example:9000',
    })
  return new URL(full)
}

/** @throws DvError 'bad-config' when the file of certificates cannot be read */
export function readTrust({ name, options }: RemoteConfig, env: Context['env']): TlsTrust {
  const verify = options.ssl_verify
  if (verify?.toLowerCase() === 'false') return { rejectUnauthorized: false, ca: undefined }
  const path = verify === undefined || verify.toLowerCase() === 'true' ? env.AWS_CA_BUNDLE || undefined : verify
  if (path === undefined) return { rejectUnauthorized: true, ca: undefined }
  try {
    return { rejectUnauthorized: true, ca: readFileSync(path) }
  } catch (cause) {
    // whatever the reason is, it is in the cause, and the cure is the same
    throw new DvError('bad-config', `cannot read the certificates in ${path}, which ssl_verify of remote '${name}' names`, { cause })
  }
}

/** @throws DvError 'bad-config' */
export function flag({ name, options }: RemoteConfig, key: string): boolean | undefined {
  const text = options[key]?.toLowerCase()
  if (text === undefined || text === 'true' || text === 'false') return text === undefined ? undefined : text === 'true'
  throw new DvError('bad-config', `${key} of remote '${name}' is neither true nor false`)
}

/** @throws DvError 'bad-config' */
export function count({ name, options }: RemoteConfig, key: string): number | undefined {
  const text = options[key]
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new DvError('bad-config', `${key} of remote '${name}' is no whole number from 1 on`)
}

/** In ms; the option is in seconds, with or without decimals. @throws DvError 'bad-config' */
export function seconds({ name, options }: RemoteConfig, key: string): number | undefined {
  const text = options[key]
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value * 1_000
  throw new DvError('bad-config', `${key} of remote '${name}' is no number of seconds`)
}

function headersFrom(options: RemoteConfig['options'], names: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [option, header] of Object.entries(names)) {
    const value = options[option]
    if (value !== undefined) headers[header] = value
  }
  return headers
}
