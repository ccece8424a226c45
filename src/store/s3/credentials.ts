/** Who asks: keys from the remote's options, from the environment, or from whatever the AWS SDK's default chain finds. */
import type { Context } from '../../base/context.ts'
import type { S3Settings } from './settings.ts'
import type { SigningKeys } from './sign.ts'

export interface S3Credentials extends SigningKeys {
  /** for people: never what they are */
  readonly from: string
  /** ms since 1970 */
  readonly expiresAt?: number
}

export interface CredentialsDoor {
  /** What is known and stays good for `refreshEarlyMs`, at no cost; undefined: call `load`. */
  current(): S3Credentials | undefined
  /** @throws DvError 'access-denied' when there are none */
  load(): Promise<S3Credentials>
}

/** A request signed now may wait in a queue of the server's: the SDK renews as early (credentialsTreatedAsExpired). */
const refreshEarlyMs = 5 * 60_000

/** Undefined: anonymous, nothing is signed. */
export function openCredentials(settings: S3Settings, context: Pick<Context, 'env' | 'now'>, region: string): CredentialsDoor | undefined {
  if (settings.anonymous) return undefined
  let known =
    settings.keys === undefined
      ? keysOfEnvironment(settings, context.env)
      : { ...settings.keys, from: `access_key_id of remote '${settings.remote}'` }
  let loading: Promise<S3Credentials> | undefined
  let chain: (() => Promise<S3Credentials>) | undefined
  const load = async (): Promise<S3Credentials> => {
    if (chain === undefined) {
      const { openSdkChain } = await import('./sdk-chain.ts')
      chain = openSdkChain(settings, region)
    }
    known = await chain()
    return known
  }
  return {
    current: () =>
      known !== undefined && (known.expiresAt === undefined || known.expiresAt - refreshEarlyMs > context.now()) ? known : undefined,
    load: () => {
      loading ??= load().finally(() => {
        loading = undefined
      })
      return loading
    },
  }
}

/** The chain's first link, without the 90 ms that loading the SDK takes. As there, a profile that is named goes first. */
function keysOfEnvironment({ profile }: S3Settings, env: Context['env']): S3Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env
  if (profile !== undefined || !accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}), from: 'AWS_ACCESS_KEY_ID of the environment' }
}
