/** The AWS SDK's default chain of credentials. Loaded late: it takes 90 ms. */
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { DvError } from '../../base/error.ts'
import type { S3Credentials } from './credentials.ts'
import { quietSdk, silentLogger } from './sdk-quiet.ts'
import type { S3Settings } from './settings.ts'

/**
 * What is ours to say (profile, files, region) is handed over; the rest of the chain (containers, instance metadata, web identity)
 * reads the process's environment itself, and the SDK has no way to be given another.
 */
export function openSdkChain(settings: S3Settings, region: string): () => Promise<S3Credentials> {
  quietSdk()
  const { profile, files } = settings
  const provide = defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    filepath: files.credentials,
    configFilepath: files.config,
    clientConfig: { region },
    logger: silentLogger,
  })
  return async () => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide()
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        ...(expiration === undefined ? {} : { expiresAt: expiration.getTime() }),
        from: profile === undefined ? 'those of the AWS default chain' : `those of AWS profile '${profile}'`,
      }
    } catch (cause) {
      // The SDK has no common class for what its providers throw; the reason is in the message, which holds no secret.
      const why = (cause as { message?: string }).message?.replace(/\.$/, '') ?? 'no provider has any'
      const hint = `aws configure, or: dv remote modify --local ${settings.remote} access_key_id <id>, and secret_access_key likewise`
      throw new DvError('access-denied', `no AWS credentials for ${settings.label}: ${why}`, { cause, hint })
    }
  }
}
