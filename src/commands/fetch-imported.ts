/** Brings imported data into the cache from the repository that it was imported from, at the commit that its pointer names. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { callOfSource } from '../repo/import-source.ts'
import type { Repo } from '../repo/open.ts'
import { withSource } from '../repo/source.ts'
import { bringContent } from './bring-content.ts'
import type { ImportOrigin, Item } from './collect.ts'
import type { FetchOptions } from './fetch-objects.ts'
import { contentAt } from './source-content.ts'
import { toldOfSource } from './source-states.ts'
import { type TransferReport, totalOf } from './transfer-report.ts'

export interface ImportedItems {
  readonly origin: ImportOrigin
  readonly items: readonly Item[]
}

/** A source that cannot be had is a failure of its items, so that all other data comes. @throws DvError 'interrupted', 'disk-full' */
export async function fetchImported(
  repo: Repo,
  { origin, items }: ImportedItems,
  options: FetchOptions,
  context: Context,
): Promise<{ planned: readonly ObjectId[]; report: TransferReport }> {
  const { pointerFile, repository } = origin
  const reports: TransferReport[] = []
  const planned: ObjectId[] = []
  try {
    const call = callOfSource(repo, { pointerFile, repository, rev: repository.rev_lock ?? repository.rev ?? 'HEAD' }, context)
    await withSource(call.options, call.context, async source => {
      for (const { id, name, inside, from = '' } of items) {
        const content = await contentAt(source, from)
        const { jobs, dryRun } = options
        const brought = await bringContent(repo, { source, content }, { jobs, dryRun, inside }, context)
        const nameIn = (path: string): string => (content.kind === 'file' ? name : `${name}/${path}`)
        for (const id of brought.lacking) planned.push(id)
        reports.push({
          moved: brought.moved,
          bytes: brought.bytes,
          failed: brought.failed.map(each => ({ ...each, name: nameIn(each.path) })),
          absent: [
            ...brought.absent.map(each => ({ id: each.id, name: nameIn(each.path) })),
            // The pointer was given other data since: that is nobody's but of who did it.
            ...(brought.id === undefined || brought.id === id ? [] : [{ id, name }]),
          ],
        })
      }
    })
  } catch (error) {
    if (!(error instanceof DvError) || error.code === 'interrupted' || error.code === 'disk-full') throw error
    for (const { id, name, from = '' } of items.slice(reports.length))
      reports.push({
        moved: 0,
        bytes: 0,
        absent: [],
        failed: [{ id, name, error: toldOfSource(error, { source: { path: from, repo: repository }, name }) }],
      })
  }
  return { planned, report: totalOf(reports) }
}
