/** Carries out one plan of `dv add`. */
import type { Context } from '../base/context.ts'
import type { Repo } from '../repo/open.ts'
import { readTracked } from '../repo/pointers.ts'
import type { Added } from './add.ts'
import { addInside } from './add-inside.ts'
import type { AddPlan } from './add-plan.ts'
import { type AddOptions, addWhole } from './add-whole.ts'

/** The pointer of a folder is read again: a target before this one may have changed it. */
export async function addAsPlanned(repo: Repo, plan: AddPlan, options: AddOptions, context: Context): Promise<Added> {
  const { inside, tracked } = plan
  if (inside === undefined || !tracked) return addWhole(repo, plan, options, context)
  const now = readTracked(repo.root, plan.pointerFile).find(({ path }) => path === tracked.path)
  return addInside(repo, { ...plan, inside, tracked: now ?? tracked }, options, context)
}
