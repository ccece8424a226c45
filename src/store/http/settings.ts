/** What options say about a web server. */
import { DvError } from '../../base/error.ts'
import type { RemoteConfig } from '../open.ts'
import { count, readTrust, seconds, type TlsTrust } from '../s3/settings.ts'
import type { HttpClientOptions } from './client.ts'

export interface HttpSettings {
  /** name of the remote, for hints */
  readonly remote: string
  readonly url: URL
  /** without credentials */
  readonly label: string
  /** for the host of the url, and no other */
  readonly authorization: Readonly<Record<string, string>>
  readonly trust: TlsTrust
  /** of uploads */
  readonly method: 'POST' | 'PUT'
  /** ms */
  readonly connectTimeoutMs: number
  /** ms without a byte from the server */
  readonly readTimeoutMs: number
  /** requests at a time */
  readonly concurrency: number
}

/** As for S3; the second is dvc_http's, too. */
const connectTimeoutMs = 10_000
const readTimeoutMs = 60_000
/** As many connections as a browser opens to a server, which is what servers are made for. */
const concurrency = 6

/** @throws DvError 'bad-config' */
export function readHttpSettings(remote: RemoteConfig, env: Readonly<Record<string, string | undefined>>): HttpSettings {
  if (!URL.canParse(remote.url)) throw new DvError('bad-config', `${JSON.stringify(remote.url)} is no URL`)
  const url = new URL(remote.url)
  const authorization = authorizationOf(remote, url)
  url.username = ''
  url.password = ''
  url.hash = ''
  return {
    remote: remote.name,
    url,
    label: url.href,
    authorization,
    trust: readTrust(remote, env),
    method: uploadMethod(remote),
    connectTimeoutMs: seconds(remote, 'connect_timeout') ?? connectTimeoutMs,
    readTimeoutMs: seconds(remote, 'read_timeout') ?? readTimeoutMs,
    concurrency: count(remote, 'jobs') ?? concurrency,
  }
}

/** What a client of that server is opened with. */
export const clientOptions = (
  settings: HttpSettings,
  hints: Pick<HttpClientOptions, 'accessHint' | 'certificateHint'>,
): HttpClientOptions => ({ ...settings, ...hints, origin: settings.url.origin, authorization: () => settings.authorization })

/** For what a remote is refused. */
export const remoteHints = ({ remote }: Pick<HttpSettings, 'remote'>) => ({
  accessHint: `dv remote modify --local ${remote} auth basic, user <name> and password <password>`,
  certificateHint: `for a private authority: dv remote modify ${remote} ssl_verify <path of its certificate>`,
})

/** dvc_http's default: POST. */
function uploadMethod({ name, options }: RemoteConfig): 'POST' | 'PUT' {
  const method = options.method?.toUpperCase() ?? 'POST'
  if (method === 'POST' || method === 'PUT') return method
  throw new DvError('bad-config', `method ${options.method} of remote '${name}' is not supported: POST and PUT are`, {
    hint: `dv remote modify ${name} method PUT`,
  })
}

/** dvc_http's `auth`: `basic` and `custom`; it knows no other, either. */
function authorizationOf({ name, options }: RemoteConfig, { username, password }: URL): Record<string, string> {
  const { auth, user, password: secret, custom_auth_header: header } = options
  if (auth === undefined) return username === '' ? {} : basic(decodeURIComponent(username), decodeURIComponent(password))
  if (secret === undefined)
    throw new DvError('bad-config', `auth of remote '${name}' needs a password`, {
      hint: `dv remote modify --local ${name} password <password>`,
    })
  if (auth.toLowerCase() === 'custom' && header !== undefined) return { [header.toLowerCase()]: secret }
  if (auth.toLowerCase() === 'basic' && user !== undefined) return basic(user, secret)
  const lacking = { basic: 'user', custom: 'custom_auth_header' }[auth.toLowerCase()]
  throw lacking === undefined
    ? new DvError('bad-config', `auth ${auth} of remote '${name}' is not supported: basic and custom are`)
    : new DvError('bad-config', `auth ${auth} of remote '${name}' needs ${lacking}`, {
        hint: `dv remote modify --local ${name} ${lacking} <${lacking}>`,
      })
}

export const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
