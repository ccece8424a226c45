/** What the tests of the S3 store share: a remote that points at the server in this process. */
import type { Context } from '../../../src/base/context.ts'
import type { RemoteConfig } from '../../../src/store/open.ts'
import type { S3Server } from '../../doubles/s3-server.ts'

export const never = new AbortController().signal

/** An environment in which nothing of the machine's own AWS set-up is found. */
export function contextFor(env: Record<string, string> = {}): Context {
  return { cwd: '/', env: { HOME: '/nonexistent', ...env }, signal: never, report: () => {}, now: Date.now }
}

interface RemoteChanges {
  readonly url?: string
  /** undefined takes an option away */
  readonly options?: Readonly<Record<string, string | undefined>>
}

export function remoteAt(
  server: Pick<S3Server, 'url' | 'accessKeyId' | 'secretAccessKey'>,
  { url, options }: RemoteChanges = {},
): RemoteConfig {
  const all = { endpointurl: server.url, access_key_id: server.accessKeyId, secret_access_key: server.secretAccessKey, ...options }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { name: 'stor', url: url ?? 's3://lab/dvc-storage', options: Object.fromEntries(given) }
}
