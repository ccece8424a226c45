/** Writes an import down and puts its data, which is in the cache by now, into the work tree. For `import`, `import-url` and `update`. */
import { statSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type Pointer, printPointer, updatePointer } from '../format/pointer.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import { readPointer } from '../repo/read-pointer.ts'
import { replaceFile } from '../repo/replace-file.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { checkoutOutputs } from './checkout-outputs.ts'
import type { CheckoutReport } from './checkout-report.ts'
import { ignoreInGit } from './git-ignore-line.ts'
import { type ImportPlan, readBefore } from './import-plan.ts'
import { nameOf } from './place.ts'
import { assertSaved, planRemoval, removeOutput } from './remove-output.ts'

export interface ImportRecord {
  readonly plan: ImportPlan
  readonly pointer: Pointer
  /** give up what is in the way and in no cache */
  readonly force: boolean
  /** the data went straight to a remote: nothing of it is brought here */
  readonly isElsewhere?: boolean
  /** nothing is known of the data any more, so that what was here goes, as with DVC */
  readonly dropsData?: boolean
}

export interface RecordedImport {
  /** absolute paths of pointer and ignore file, as far as they were written */
  readonly changed: readonly string[]
  /** undefined: no data was asked for */
  readonly checkedOut: CheckoutReport | undefined
  /** files without a copy anywhere that were given up */
  readonly lost: readonly string[]
}

/**
 * The pointer comes before the data: stopped between them, `dv checkout` ends the work. When data that is in no cache would be lost,
 * nothing is written. @throws DvError 'unsaved-files', 'file-changed' when another process wrote the pointer meanwhile
 */
export async function recordImport(repo: Repo, record: ImportRecord, context: Context): Promise<RecordedImport> {
  const { plan, pointer, force, isElsewhere = false, dropsData = false } = record
  const text = plan.before === undefined ? printPointer(pointer) : updatePointer(plan.before.text, pointer)
  const planned = readPointer({ root: repo.root, file: plan.pointerFile, text })
  const hasData = !isElsewhere && pointer.outputs.every(({ id }) => id !== undefined)
  const selections = planned.map(tracked => ({ tracked }))
  if (hasData) await checkoutOutputs(repo, selections, { force, dryRun: true }, context)
  if (dropsData) await assertSaved(repo, planned, { force }, context)
  return withLock(
    repo,
    async () => {
      assertAsPlanned(repo, plan)
      if (dropsData) await assertSaved(repo, planned, { force }, context)
      const changed = [...ignoreInGit(repo, plan.path)]
      if (text !== plan.before?.text) {
        replaceFile(plan.pointerFile, text)
        changed.push(plan.pointerFile)
      }
      const checkedOut = hasData ? await checkoutOutputs(repo, selections, { force }, context) : undefined
      return { changed, checkedOut, lost: checkedOut?.lost ?? (dropsData ? await dropData(repo, planned, context) : []) }
    },
    { writes: [plan.pointerFile, plan.path] },
  )
}

async function dropData(repo: Repo, outputs: readonly TrackedOutput[], context: Context): Promise<readonly string[]> {
  const lost: string[] = []
  for (const tracked of outputs) {
    const removal = await planRemoval(repo, tracked, context)
    await removeOutput(repo, removal, context)
    for (const inside of removal.plan.unsaved) lost.push(nameOf(repo, inside === '' ? tracked.path : `${tracked.path}/${inside}`))
  }
  return lost
}

function assertAsPlanned(repo: Repo, { pointerFile, before }: ImportPlan): void {
  const now = statSync(pointerFile, { throwIfNoEntry: false }) ? readBefore(repo, pointerFile).text : undefined
  if (now !== before?.text)
    throw new DvError('file-changed', `${nameOf(repo, pointerFile)} was written by another process meanwhile`, {
      hint: 'the same command again',
    })
}
