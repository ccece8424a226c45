/** What the AWS config file says beside credentials: the region, and the endpoint of a private server. */
import { existsSync } from 'node:fs'
import { parseEndpoint, type S3Settings } from './settings.ts'

export interface Whereabouts {
  readonly region: string
  readonly endpoint: URL | undefined
}

/** S3 answers for any bucket there, if only to say where the bucket is; private servers take it for their own. */
const defaultRegion = 'us-east-1'

/** Options and environment first; then the profile, by the SDK's own reader of its files, loaded only when there is such a file. */
export async function findWhereabouts(settings: S3Settings): Promise<Whereabouts> {
  const { region, endpoint, files } = settings
  const needed = region === undefined || endpoint === undefined
  if (!needed || !(existsSync(files.config) || existsSync(files.credentials))) return { region: region ?? defaultRegion, endpoint }
  const { loadSharedConfigFiles } = await import('./sdk-files.ts')
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: files.config,
    filepath: files.credentials,
    ignoreCache: true,
  })
  const name = settings.profile ?? 'default'
  const profile = { ...credentialsFile[name], ...configFile[name] }
  const services = profile.services === undefined ? undefined : configFile[`services.${profile.services}`]
  const endpointText = services?.['s3.endpoint_url'] ?? profile.endpoint_url
  return {
    region: region ?? profile.region ?? defaultRegion,
    endpoint: endpoint ?? (endpointText === undefined ? undefined : parseEndpoint(endpointText, settings.secure)),
  }
}
