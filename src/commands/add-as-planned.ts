/** Carries out one plan of `dv add`. */
import { existsSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import { readTracked } from '../repo/pointers.ts'
import type { Added } from './add.ts'
import { openPart } from './add-inside.ts'
import type { AddPlan } from './add-plan.ts'
import { type AddOptions, addWhole } from './add-whole.ts'
import { nameOf } from './place.ts'
import { untilRecorded } from './until-recorded.ts'

/** What another process does to the pointer meanwhile is taken into account; by then there is little to hash. */
export async function addAsPlanned(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Added> {
  const attempt = await openAttempt(repo, planOfNow(repo, plan), options, context)
  return untilRecorded(nameOf(repo, plan.pointerFile), () => attempt(planOfNow(repo, plan)))
}

async function openAttempt(
  repo: Repo,
  plan: AddPlan,
  options: AddOptions,
  context: Context,
): Promise<(plan: AddPlan) => Promise<Added | undefined>> {
  const { inside, tracked } = plan
  return inside === undefined || !tracked
    ? now => addWhole(repo, now, options, context)
    : openPart(repo, { ...plan, inside, tracked }, options, context)
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
