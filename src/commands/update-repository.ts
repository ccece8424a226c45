/** What `dv update` does for a pointer of `import`: takes the newest commit of its source, or another one. */
import type { Context } from '../base/context.ts'
import type { Dependency } from '../format/dependency.ts'
import { hasChangedChecksum } from '../format/pointer-checksum.ts'
import type { Repo } from '../repo/open.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { hasId } from '../workspace/snapshot.ts'
import { readBefore } from './import-plan.ts'
import { updatedImport } from './import-pointer.ts'
import { importedFrom } from './import-repository.ts'
import { nameOf } from './place.ts'
import { recordImport } from './record-import.ts'
import type { Content } from './record-output.ts'
import { snapshotOutput } from './snapshot-output.ts'
import { sourceName } from './source-states.ts'
import type { Updated } from './update.ts'

export interface UpdateRepositoryOptions {
  readonly rev?: string | undefined
  readonly noDownload?: boolean | undefined
  readonly force?: boolean | undefined
  readonly jobs?: number | undefined
  readonly dryRun?: boolean | undefined
}

/** `source`: what its pointer says, with a `repo`. @throws DvError as `importedFrom`, 'unsaved-files', 'file-changed' */
export async function updateRepository(
  repo: Repo,
  { tracked, source }: { readonly tracked: TrackedOutput; readonly source: Dependency },
  options: UpdateRepositoryOptions,
  context: Context,
): Promise<Updated> {
  const { rev, noDownload, force = false, jobs, dryRun } = options
  const { pointerFile, path, pointer } = tracked
  const asked: Dependency = source.repo && rev !== undefined ? { ...source, repo: { ...source.repo, rev } } : source
  const about = { name: nameOf(repo, path), pointer: nameOf(repo, pointerFile), from: sourceName(source), lost: [], changed: [] }
  const before = readBefore(repo, pointerFile)
  const isAsBefore = async (now: Dependency): Promise<boolean> => {
    const same = updatedImport(pointer, { source: now, content: contentNow(tracked) })
    return same.rest['md5'] === pointer.rest['md5'] && !hasChangedChecksum(pointer) && (await isHere(repo, tracked, context))
  }
  const ask = { source: asked, pointerFile, rev: asked.repo?.rev ?? 'HEAD', isTyped: false, jobs }
  const imported = await importedFrom(
    repo,
    { ...ask, mode: async now => ((await isAsBefore(now)) || noDownload || dryRun ? 'commit' : 'all') },
    context,
  )
  if (await isAsBefore(imported.source)) return { ...about, state: 'unchanged' }
  if (dryRun) return { ...about, state: 'planned' }
  const after = updatedImport(pointer, imported)
  const plan = { path, pointerFile, before }
  const { changed, lost } = await recordImport(repo, { plan, pointer: after, force, dropsData: noDownload === true }, context)
  return { ...about, state: noDownload ? 'noted' : 'updated', changed, lost }
}

const contentNow = ({ output: { id, size, fileCount, executable } }: TrackedOutput): Content | undefined =>
  id && {
    id,
    ...(size === undefined ? {} : { size }),
    ...(fileCount === undefined ? {} : { fileCount }),
    ...(executable === undefined ? {} : { executable }),
  }

async function isHere(repo: Repo, tracked: TrackedOutput, context: Context): Promise<boolean> {
  const { id } = tracked.output
  return id !== undefined && hasId(await snapshotOutput(repo, tracked, context), id)
}
