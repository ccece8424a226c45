/** Data outside of the repository that is to become an output: what it is, and the two ways in which it comes. */
import type { Context } from '../base/context.ts'
import type { Dependency } from '../format/dependency.ts'
import type { Repo } from '../repo/open.ts'
import { isUrl, resolveSource } from '../repo/source-place.ts'
import type { RemoteConfig } from '../store/open.ts'
import { openSource } from '../store/open-source.ts'
import { findLocalSource } from './local-source.ts'
import { nameOf } from './place.ts'
import type { Content } from './record-output.ts'
import { findRemoteSource } from './remote-source.ts'

export interface FoundSource {
  /** for people */
  readonly label: string
  /** What a pointer says of it as it is now. Files of this machine are hashed for that, all others need not be read. */
  describe(): Promise<Dependency>
  /** Brings the data into the cache. @throws DvError 'file-changed' when it is written to meanwhile */
  save(): Promise<Content>
  /** Sends the data to a remote without keeping it here. */
  send(remote: RemoteConfig): Promise<Content>
}

export interface SourceRequest {
  /** as it stands, or will stand, in the pointer: a URL, or a path, which is meant from `folder` */
  readonly path: string
  /** absolute: of the pointer */
  readonly folder: string
  /** `fs_config` */
  readonly options: Readonly<Record<string, unknown>>
  /** versions count, whatever the options say */
  readonly hasVersions?: boolean
  /** absolute: where the data goes */
  readonly to: string
  /** absolute: the pointer that was read; undefined: the user has just typed it all */
  readonly pointerFile?: string
  /** of one file */
  readonly versionId?: string | undefined
  /** the very files of a folder, with their versions, that a pointer names */
  readonly files?: Dependency['files']
  /** transfers at a time */
  readonly jobs?: number | undefined
}

/** `use` gets undefined when there is nothing. @throws DvError 'bad-config', 'untrusted', and what the place fails with */
export async function withUrlSource<T>(
  repo: Repo,
  request: SourceRequest,
  context: Context,
  use: (found: FoundSource | undefined) => Promise<T>,
): Promise<T> {
  const all = { ...request.options, ...(request.hasVersions ? { version_aware: true } : {}) }
  const options = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, String(value)]))
  const pointer = request.pointerFile === undefined ? undefined : nameOf(repo, request.pointerFile)
  const place = resolveSource({ url: request.path, options, folder: request.folder, pointer }, { ...repo, context })
  if (!isUrl(place.url)) return use(findLocalSource(repo, { ...request, from: place.url }, context))
  const source = await openSource(place, context)
  try {
    return await use(await findRemoteSource(repo, { ...request, source }, context))
  } finally {
    await source.close()
  }
}
