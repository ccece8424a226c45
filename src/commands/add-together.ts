/** Carries out many plans of `dv add`: what costs a process or a sync is done once for many of them. */
import type { Context } from '../base/context.ts'
import { rememberOutputs } from '../repo/known-outputs.ts'
import { withLock } from '../repo/lock.ts'
import type { Repo } from '../repo/open.ts'
import type { Added } from './add.ts'
import { openAdding } from './add-as-planned.ts'
import type { AddPlan } from './add-plan.ts'
import type { AddOptions } from './add-whole.ts'
import { writeIgnoreLines } from './git-ignore-line.ts'
import type { Together } from './record-output.ts'

/** ms of saving after which what is saved is written down: that much is lost at most when the user stops us. */
const longestWait = 1000
/** Pointers written under one lock: each is synced to the disk, and a `dvc` beside us gives up after 3 s. */
const mostAtOnce = 200

/** In order. A plan that fails ends it; those before it stand. */
export async function addTogether(repo: Repo, plans: readonly AddPlan[], options: AddOptions, context: Context): Promise<readonly Added[]> {
  const ignored = repo.git?.ignored(plans.filter(isHidden).map(outputOf)) ?? new Set<string>()
  const added: Added[] = []
  let saved: Saved[] = []
  const writeDown = async (): Promise<void> => {
    for (const one of saved.length > 0 ? await record(repo, saved, ignored) : []) added.push(one)
    saved = []
  }
  try {
    for (let begun = context.now(), at = 0; at < plans.length; at++) {
      const plan = plans[at] as AddPlan
      saved.push({ plan, finish: await openAdding(repo, plan, options, context) })
      if (saved.length < mostAtOnce && context.now() - begun < longestWait) continue
      await writeDown()
      begun = context.now()
    }
  } finally {
    await writeDown()
  }
  return added
}

interface Saved {
  readonly plan: AddPlan
  readonly finish: (together?: Together) => Promise<Added>
}

/** absolute path of the output that a plan is about */
const outputOf = ({ tracked, path }: AddPlan): string => tracked?.path ?? path

/** `cache: false` is for git to keep. */
const isHidden = ({ tracked }: AddPlan): boolean => tracked?.output.cached !== false

function record(repo: Repo, saved: readonly Saved[], ignored: ReadonlySet<string>): Promise<readonly Added[]> {
  const plans = saved.map(({ plan }) => plan)
  return withLock(
    repo,
    async () => {
      const open = new Set(plans.filter(isHidden).map(outputOf))
      const lines = repo.git ? writeIgnoreLines([...open].filter(path => !ignored.has(path))) : new Map<string, string>()
      const together: Together = { lines, found: [] }
      const added: Added[] = []
      try {
        for (const { finish } of saved) added.push(await finish(together))
      } finally {
        rememberOutputs(repo.root, together.found)
      }
      return added
    },
    { writes: [...plans.map(({ pointerFile }) => pointerFile), ...plans.map(outputOf)] },
  )
}
