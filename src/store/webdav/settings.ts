/** What options say about a WebDAV server. */
import { readFileSync } from 'node:fs'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import { basic } from '../http/settings.ts'
import type { RemoteConfig } from '../open.ts'
import { count, readTrust, seconds, type TlsTrust } from '../s3/settings.ts'

export interface WebdavSettings {
  /** name of the remote, for hints */
  readonly remote: string
  /** http or https */
  readonly url: URL
  /** as the user wrote it, without credentials */
  readonly label: string
  readonly authorization: Readonly<Record<string, string>>
  /** prints a bearer token on its first line */
  readonly tokenCommand: string | undefined
  readonly trust: TlsTrust
  /** ms */
  readonly connectTimeoutMs: number
  /** ms without a byte from the server */
  readonly readTimeoutMs: number
  /** requests at a time */
  readonly concurrency: number
}

/** As for S3; DVC's `timeout` is for both and 30 s. */
const connectTimeoutMs = 10_000
const readTimeoutMs = 60_000
/** Behind WebDAV is often one PHP pool or one disk. */
const concurrency = 6

/** @throws DvError 'bad-config' */
export function readWebdavSettings(remote: RemoteConfig, env: Context['env']): WebdavSettings {
  const web = remote.url.replace(/^webdav(s?):/i, (_, secure: string) => `http${secure}:`)
  if (!URL.canParse(web)) throw new DvError('bad-config', `${JSON.stringify(remote.url)} is no URL`)
  const url = new URL(web)
  const authorization = authorizationOf(remote, url)
  url.username = ''
  url.password = ''
  url.hash = ''
  const timeout = seconds(remote, 'timeout')
  return {
    remote: remote.name,
    url,
    label: url.href.replace(/^http/, 'webdav'),
    authorization,
    tokenCommand: remote.options.bearer_token_command,
    trust: { ...readTrust(remote, env), ...ownCertificate(remote) },
    connectTimeoutMs: timeout ?? connectTimeoutMs,
    readTimeoutMs: timeout ?? readTimeoutMs,
    concurrency: count(remote, 'jobs') ?? concurrency,
  }
}

/** dvc_webdav's order: the header of one's own, the token, then user and password (an empty password is one). */
function authorizationOf({ name, options }: RemoteConfig, { username, password }: URL): Record<string, string> {
  const { token, user, password: secret, custom_auth_header: header } = options
  if (header !== undefined) {
    if (secret !== undefined) return { [header.toLowerCase()]: secret }
    throw new DvError('bad-config', `custom_auth_header of remote '${name}' needs a password`, {
      hint: `dv remote modify --local ${name} password <password>`,
    })
  }
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (user !== undefined) return basic(user, secret ?? '')
  return username === '' ? {} : basic(decodeURIComponent(username), decodeURIComponent(password))
}

function ownCertificate({ name, options: { cert_path: cert, key_path: key } }: RemoteConfig): Pick<TlsTrust, 'own'> {
  if (cert === undefined) return {}
  try {
    return { own: { cert: readFileSync(cert), key: readFileSync(key ?? cert) } }
  } catch (cause) {
    // whatever the reason is, it is in the cause, and the cure is the same
    throw new DvError(
      'bad-config',
      `cannot read the certificate or key of remote '${name}': ${cert}${key === undefined ? '' : `, ${key}`}`,
      {
        cause,
      },
    )
  }
}
