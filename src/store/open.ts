/** The only list of the kinds of remotes. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind } from '../base/object-id.ts'
import type { ObjectStore } from './object-store.ts'
import { withRetry } from './retry.ts'
import type { VersionedBucket } from './s3/versioned-bucket.ts'

export interface RemoteConfig {
  readonly name: string
  /** for folders: the absolute path, already resolved */
  readonly url: string
  readonly options: Readonly<Record<string, string>>
}

type OpenKind = (remote: RemoteConfig, hash: HashKind, context: Context) => Promise<ObjectStore>

/** By the scheme of the url; each is loaded when it is first needed. */
const kinds: Readonly<Record<string, OpenKind>> = {
  '': async (remote, hash) => {
    const { openFolderStore } = await import('./folder.ts')
    return openFolderStore({ folder: remote.url, label: remote.url, hash, shared: remote.options.shared === 'group' })
  },
  s3: async (remote, hash, context) => {
    const { openS3Store } = await import('./s3/store.ts')
    return openS3Store(remote, hash, context)
  },
  http: openHttp,
  https: openHttp,
  webdav: openWebdav,
  webdavs: openWebdav,
}

async function openHttp(remote: RemoteConfig, hash: HashKind, context: Context): Promise<ObjectStore> {
  const { openHttpStore } = await import('./http/store.ts')
  return openHttpStore(remote, hash, context)
}

async function openWebdav(remote: RemoteConfig, hash: HashKind, context: Context): Promise<ObjectStore> {
  const { openWebdavStore } = await import('./webdav/store.ts')
  return openWebdavStore(remote, hash, context)
}

/** @throws DvError 'bad-config' when no kind of store has the url's scheme, or an option is wrong */
export async function openStore(remote: RemoteConfig, hash: HashKind, context: Context): Promise<ObjectStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(remote.url)?.[1]?.toLowerCase() ?? '' // two letters and more: `c:/data` is a folder
  const open = Object.hasOwn(kinds, scheme) ? kinds[scheme] : undefined
  if (open === undefined)
    throw new DvError('bad-config', `Unsupported URL type ${scheme}://`, {
      hint: `dv remote modify ${remote.name} url <folder or s3://bucket/path>`,
    })
  return withRetry(await open(remote, hash, context))
}

/** The files of an S3 remote under their own names, by the bucket's versions. @throws DvError 'bad-config' */
export async function openVersions(remote: RemoteConfig, context: Context): Promise<VersionedBucket> {
  const { openVersionedBucket } = await import('./s3/versioned-bucket.ts')
  return openVersionedBucket(remote, context)
}
