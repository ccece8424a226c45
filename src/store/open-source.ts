/** The only list of the kinds of places that data can be taken from. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { FileSource } from './file-source.ts'
import type { RemoteConfig } from './open.ts'

type OpenKind = (place: RemoteConfig, context: Context) => Promise<FileSource>

/** By the scheme of the url; each is loaded when it is first needed. */
const kinds: Readonly<Record<string, OpenKind>> = {
  '': async ({ url }) => {
    const { openFolderSource } = await import('./folder-source.ts')
    return openFolderSource(url)
  },
  s3: async (place, context) => {
    const { openS3Source } = await import('./s3/source.ts')
    return openS3Source(place, context)
  },
  http: openHttp,
  https: openHttp,
}

async function openHttp(place: RemoteConfig, context: Context): Promise<FileSource> {
  const { openHttpSource } = await import('./http/source.ts')
  return openHttpSource(place, context)
}

/** `url` of a folder: absolute. @throws DvError 'bad-config' when data cannot be taken from there, or an option is wrong */
export async function openSource(place: RemoteConfig, context: Context): Promise<FileSource> {
  const scheme = schemeOf(place.url)
  const open = Object.hasOwn(kinds, scheme) ? kinds[scheme] : undefined
  if (open !== undefined) return open(place, context)
  throw new DvError('bad-config', `Unsupported URL type ${scheme}://: data is taken from s3://, http://, https://, remote://, and folders`)
}

/** Two letters and more: `c:/data` is a folder. */
const schemeOf = (url: string): string => /^([a-z][a-z0-9+.-]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? ''
