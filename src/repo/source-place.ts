/** From a url, typed or found in a pointer, to the place that data is taken from, with its options. */
import { resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { checkConfig } from '../format/settings.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { Config } from './config.ts'
import { resolveUrl } from './remote.ts'
import { trustedOptions } from './trust.ts'

export interface SourceUrl {
  /** also a path, or `remote://name/path` */
  readonly url: string
  /** `--fs-config`, or `fs_config` of a pointer */
  readonly options: Readonly<Record<string, string>>
  /** absolute: what a relative path is meant from */
  readonly folder: string
  /** the pointer that names it, for messages; undefined: the user has just typed it */
  readonly pointer?: string | undefined
}

export interface SourceSurroundings {
  readonly config: Config
  /** of the repository, or where there is none the working folder */
  readonly root: string
  readonly context: Context
}

/**
 * What a pointer says was chosen by whoever wrote it: it gets no secret of the user's, and nothing that runs a program.
 * @throws DvError 'bad-config', 'no-remote', 'untrusted'
 */
export function resolveSource({ url, options, folder, pointer }: SourceUrl, { config, root, context }: SourceSurroundings): RemoteConfig {
  const { url: _url, ...own } = options
  const said = pointer ?? '--fs-config'
  checkConfig([{ section: 'remote "<name>"', values: [['url', url], ...Object.entries(own)] }], said)
  const resolved = resolveUrl({ url, options: own, level: pointer === undefined ? 'global' : 'repo', section: said }, config)
  const { origins, ...place } = resolved
  try {
    const trusted = trustedOptions(resolved, { root, context })
    return { ...place, url: isUrl(place.url) ? place.url : resolve(folder, place.url), options: trusted }
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'untrusted' || pointer === undefined) throw error
    throw new DvError('untrusted', error.message.replace('the committed configuration of this repository', pointer), {
      hint: 'when you know who set it: DV_TRUST=<that value> before the same command',
      cause: error,
    })
  }
}

export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
