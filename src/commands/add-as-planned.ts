/** Carries out one plan of `dv add`. */
import { existsSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import { readTracked } from '../repo/pointers.ts'
import type { Added } from './add.ts'
import { openPart } from './add-inside.ts'
import type { AddPlan } from './add-plan.ts'
import { type AddOptions, openWhole } from './add-whole.ts'
import { nameOf } from './place.ts'
import type { Together } from './record-output.ts'
import { untilRecorded } from './until-recorded.ts'

/** What another process does to the pointer meanwhile is taken into account; by then there is little to hash. */
export async function addAsPlanned(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Added> {
  return (await openAdding(repo, plan, options, context))()
}

/** Saves the data; what is returned then writes the pointer. */
export async function openAdding(
  repo: Repo,
  plan: AddPlan,
  options: AddOptions,
  context: Context,
): Promise<(together?: Together) => Promise<Added>> {
  const first = planOfNow(repo, plan)
  const { inside, tracked } = first
  const attempt =
    inside === undefined || !tracked
      ? await openWhole(repo, first, options, context)
      : await openPart(repo, { ...first, inside, tracked }, options, context)
  return together => untilRecorded(nameOf(repo, plan.pointerFile), () => attempt(planOfNow(repo, plan), together))
}

/** @throws DvError 'bad-target' when by now the pointer is about something else */
function planOfNow(repo: Repo, plan: AddPlan): AddPlan {
  const path = plan.tracked?.path ?? plan.path
  const { tracked: _tracked, ...rest } = plan
  if (!existsSync(plan.pointerFile)) {
    if (plan.inside === undefined) return rest
    throw changed(repo, plan, 'is not there')
  }
  const tracked = readTracked(repo.root, plan.pointerFile).find(each => each.path === path)
  if (!tracked) throw changed(repo, plan, `does not track '${nameOf(repo, path)}'`)
  return { ...rest, tracked }
}

const changed = (repo: Repo, { pointerFile }: AddPlan, how: string): DvError =>
  new DvError('file-changed', `${nameOf(repo, pointerFile)} was changed by another process: it ${how} any more`)
