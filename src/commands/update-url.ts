/** What `dv update` does for a pointer of `import-url`: looks whether its source changed, and takes what did. */
import { dirname, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { isTreeId } from '../base/object-id.ts'
import { type Dependency, sourceOf } from '../format/dependency.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { type FoundSource, type SourceRequest, withUrlSource } from './found-source.ts'
import { readBefore } from './import-plan.ts'
import { updatedImport } from './import-pointer.ts'
import { nameOf, placeOf } from './place.ts'
import { readableTrees } from './readable-trees.ts'
import { recordImport } from './record-import.ts'
import type { Content } from './record-output.ts'
import { isSameSource, isVersioned } from './source-dependency.ts'

export interface UpdateUrlOptions {
  /** of a file in a bucket with versions: the version to take instead of the newest */
  readonly rev?: string | undefined
  readonly noDownload?: boolean | undefined
  readonly toRemote?: boolean | undefined
  /** with `toRemote`: its name */
  readonly remote?: string | undefined
  /** transfers at a time */
  readonly jobs?: number | undefined
  /** give up what is in the way and in no cache */
  readonly force?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

export interface UrlUpdate {
  /** the data, relative to the working folder */
  readonly name: string
  readonly pointer: string
  /** for people: where it comes from */
  readonly from: string
  /** `restored`: the source is as it was, the data here was not; `noted`: the pointer says what is new, nothing was fetched */
  readonly state: 'unchanged' | 'updated' | 'restored' | 'noted' | 'sent' | 'planned'
  readonly size?: number
  readonly fileCount?: number
  /** absolute paths of what git should be told about */
  readonly changed: readonly string[]
  /** files without a copy anywhere that were given up */
  readonly lost: readonly string[]
}

/** `tracked`: the one output of a pointer whose source has no `repo`. @throws DvError 'bad-target' when nothing is there any more, 'unsaved-files' */
export async function updateUrl(repo: Repo, tracked: TrackedOutput, options: UpdateUrlOptions, context: Context): Promise<UrlUpdate> {
  const old = urlSourceOf(repo, tracked)
  if (options.rev !== undefined && !isVersioned(old))
    context.report({
      type: 'warning',
      message: `${old.path} was imported without versions: --rev means nothing for ${nameOf(repo, tracked.path)}`,
    })
  const request = { ...requestOf(tracked, old), versionId: isVersioned(old) ? options.rev : undefined, jobs: options.jobs }
  return withUrlSource(repo, request, context, async found => {
    if (found === undefined)
      throw new DvError(
        'bad-target',
        `${old.path}, from which ${nameOf(repo, tracked.path)} was imported, does not exist${options.rev ? ' in that version' : ''}`,
      )
    const about = { name: nameOf(repo, tracked.path), pointer: nameOf(repo, tracked.pointerFile), from: found.label, lost: [] }
    const { source, content, state } = await decide(repo, { tracked, old, found, options }, context)
    if (state === 'unchanged' || options.dryRun) return { ...about, state: state === 'unchanged' ? state : 'planned', changed: [] }
    const before = readBefore(repo, tracked.pointerFile)
    const pointer = updatedImport(before.pointer, { source, content })
    const plan = { path: tracked.path, pointerFile: tracked.pointerFile, before }
    const record = { plan, pointer, force: options.force === true, isElsewhere: state === 'sent', dropsData: state === 'noted' }
    const { changed, lost } = await recordImport(repo, record, context)
    const { size, fileCount } = content ?? {}
    return { ...about, state, ...(size === undefined ? {} : { size }), ...(fileCount === undefined ? {} : { fileCount }), changed, lost }
  })
}

/** What the pointer says of its source. @throws DvError 'bad-target' when it is no import of a URL */
export function urlSourceOf(repo: Repo, { pointer, pointerFile }: TrackedOutput): Dependency {
  const source = sourceOf(pointer)
  if (source && source.repo === undefined) return source
  throw new DvError('bad-target', `${nameOf(repo, pointerFile)} is no import of a URL`)
}

/** How the source of a pointer is found again, in its newest version. */
export const requestOf = ({ pointer, pointerFile, path }: TrackedOutput, source: Dependency): SourceRequest => ({
  path: source.path,
  folder: resolve(dirname(pointerFile), pointer.workingFolder),
  options: source.fs_config ?? {},
  hasVersions: isVersioned(source),
  to: path,
  pointerFile,
})

interface Deciding {
  readonly tracked: TrackedOutput
  readonly old: Dependency
  readonly found: FoundSource
  readonly options: UpdateUrlOptions
}

interface Decision {
  readonly source: Dependency
  readonly content: Content | undefined
  readonly state: UrlUpdate['state']
}

/** The data is fetched or sent here; nothing else is changed yet. */
async function decide(repo: Repo, { tracked, old, found, options }: Deciding, context: Context): Promise<Decision> {
  const source = await found.describe()
  const { id, size, fileCount } = tracked.output
  const isSame = isSameSource(old, source)
  if (options.toRemote) {
    const remote = await repo.remote(options.remote)
    return { source, content: options.dryRun ? undefined : await found.send(remote), state: 'sent' }
  }
  if (options.noDownload) return { source, content: undefined, state: isSame ? 'unchanged' : 'noted' }
  if (isSame && id !== undefined) {
    const here = await takeSnapshot(placeOf(repo, tracked.path, tracked.output.hash), context)
    const content = { id, ...(size === undefined ? {} : { size }), ...(fileCount === undefined ? {} : { fileCount }) }
    if (here.kind !== 'absent' && here.id === id) return { source, content, state: 'unchanged' }
    if (isInCache(repo, tracked)) return { source, content, state: 'restored' }
  }
  return { source, content: options.dryRun ? undefined : await found.save(), state: isSame ? 'restored' : 'updated' }
}

function isInCache(repo: Repo, { output: { id, hash } }: TrackedOutput): boolean {
  if (id === undefined) return false
  const cache = repo.cache(hash)
  const tree = isTreeId(id) ? readableTrees(cache)(id) : [{ id }]
  return tree !== undefined && cache.hasNow(tree.map(entry => entry.id)).size === new Set(tree.map(entry => entry.id)).size
}
