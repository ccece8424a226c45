/** What `dv add` of one target means; every refusal is here, before anything is changed. */
import { type BigIntStats, lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { assertNotTrackedByGit } from '../repo/assert-not-tracked-by-git.ts'
import type { Repo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { foldersAbove, indexTracked, type TrackedIndex } from '../repo/tracked-index.ts'
import type { TrackedOutput } from '../repo/tracked-output.ts'
import { nameOf } from './place.ts'

export interface AddPlan {
  /** absolute: what is to be tracked */
  readonly path: string
  /** absolute */
  readonly pointerFile: string
  /** the output as it is tracked now */
  readonly tracked?: TrackedOutput
  /** the target is this path inside the tracked folder */
  readonly inside?: string
  /** whether the target is on disk; a file that is gone can be taken out of its folder */
  readonly exists: boolean
}

export interface AddTarget {
  /** as it was typed */
  readonly target: string
  /** data that lies elsewhere will be put there */
  readonly isComing?: boolean
}

/** @throws DvError 'bad-target', 'tracked-by-git', 'unsupported-file' */
export function planAdd(repo: Repo, tracked: readonly TrackedOutput[], target: AddTarget): AddPlan {
  const plan = planOne(repo, indexTracked(tracked), target)
  assertNotInGit(repo, [plan])
  return plan
}

/** Each target once, and none that another one holds. @throws DvError as planAdd does, and 'bad-target' for two that overlap */
export function planTogether(repo: Repo, tracked: readonly TrackedOutput[], targets: readonly string[]): readonly AddPlan[] {
  const index = indexTracked(tracked)
  const plans = new Map(targets.map(target => planOne(repo, index, { target })).map(plan => [plan.path, plan]))
  for (const plan of plans.values()) {
    const above = foldersAbove(plan.path)
      .flatMap(folder => plans.get(folder) ?? [])
      .find(({ inside }) => inside === undefined)
    if (!above) continue
    if (plan.inside === undefined)
      throw new DvError(
        'bad-target',
        `'${nameOf(repo, plan.path)}' lies in '${nameOf(repo, above.path)}': only one of them can be tracked`,
        {
          hint: `dv add ${nameOf(repo, above.path)}`,
        },
      )
    plans.delete(plan.path)
  }
  assertNotInGit(repo, [...plans.values()])
  return [...plans.values()]
}

const assertNotInGit = (repo: Repo, plans: readonly AddPlan[]): void =>
  assertNotTrackedByGit(
    repo.git,
    plans.filter(({ inside }) => inside === undefined).map(({ path }) => path),
    path => nameOf(repo, path),
  )

/** All but what git has to say. */
function planOne(repo: Repo, index: TrackedIndex, { target, isComing = false }: AddTarget): AddPlan {
  const path = pathInRepository(repo, target)
  const name = nameOf(repo, path)
  assertInRepository(repo, path, isComing)
  const stats = statsOf(path)
  if (!stats?.isDirectory() && (stats || isComing) && /(^|\/)(dvc\.yaml|dvc\.lock|[^/]*\.dvc)$/.test(path))
    throw new DvError('bad-target', `'${name}' is a pointer or pipeline file: it cannot be tracked as data`, { hint: `git add ${name}` })
  const same = index.at(path)
  const above = index.above(path)
  const owner = same ?? above
  if (owner?.stage !== undefined)
    throw new DvError(
      'bad-target',
      `'${name}' is an output of stage '${owner.stage}' in ${nameOf(repo, owner.pointerFile)}: its pipeline tracks it`,
    )
  if (above) return insidePlan(repo, above, { path, exists: stats !== undefined || isComing })
  if (!stats && !isComing) throw new DvError('bad-target', `'${name}' does not exist`)
  assertNoOverlap(repo, index.below(path), name)
  assertNotIgnored(repo, path, name)
  assertReachable(path, name, stats)
  return {
    path,
    pointerFile: same?.pointerFile ?? pointerFor(repo, index, path),
    exists: stats !== undefined,
    ...(same ? { tracked: same } : {}),
  }
}

function insidePlan(repo: Repo, above: TrackedOutput, { path, exists }: { readonly path: string; readonly exists: boolean }): AddPlan {
  const inside = relative(above.path, path)
  if (above.output.hash !== 'md5')
    throw new DvError('bad-target', `'${nameOf(repo, above.path)}' was tracked by DVC 2: a part of it cannot be added alone`, {
      hint: `dv add ${nameOf(repo, above.path)}`,
    })
  if (exists) assertNotIgnored(repo, path, nameOf(repo, path))
  const stats = statsOf(path)
  if (stats) assertReachable(path, nameOf(repo, path), stats)
  return { path, pointerFile: above.pointerFile, tracked: above, inside, exists }
}

function assertInRepository(repo: Repo, path: string, isComing: boolean): void {
  const name = nameOf(repo, path)
  if (path === repo.root)
    throw new DvError('bad-target', 'the repository itself cannot be tracked as data', { hint: 'dv add <a folder in it>' })
  if (!path.startsWith(`${repo.root}/`))
    throw new DvError('bad-target', `'${name}' lies outside of the repository ${repo.root}`, {
      hint: isComing ? undefined : `dv add --out ${basename(path)} ${name}   tracks a copy of it`,
    })
  const parts = relative(repo.root, path).split('/')
  if (parts.some(part => part === '.dvc' || part === '.git'))
    throw new DvError('bad-target', `'${name}' belongs to git or to dv itself and cannot be tracked as data`)
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

function assertNoOverlap(repo: Repo, below: readonly TrackedOutput[], name: string): void {
  if (below.length === 0) return
  const names = below.map(each => `'${nameOf(repo, each.path)}'`).join(', ')
  throw new DvError(
    'bad-target',
    `'${name}' cannot be tracked whole: ${names} in it ${below.length === 1 ? 'is' : 'are'} tracked already`,
    {
      hint: `git rm ${below.map(each => nameOf(repo, each.pointerFile)).join(' ')}   and then dv add ${name}`,
    },
  )
}

function assertNotIgnored(repo: Repo, path: string, name: string): void {
  const rule = repo.ignore.explain(relative(repo.root, path))
  if (rule?.ignored && rule.line === 0)
    throw new DvError('bad-target', `'${name}' belongs to a repository of its own, in ${rule.pattern}`, {
      hint: `cd ${dirname(name)}   and add it there`,
    })
  if (rule?.ignored)
    throw new DvError('bad-target', `'${name}' is ignored by ${rule.file}:${rule.line}: ${rule.pattern}`, {
      hint: `remove the pattern from ${rule.file}, or add '!${basename(path)}' behind it`,
    })
}

/** A link to a folder, or a folder behind a link, has another place: tracked here, the data would be there. */
function assertReachable(path: string, name: string, stats: BigIntStats | undefined): void {
  if (!statsOf(dirname(path)))
    throw new DvError('bad-target', `the folder '${dirname(name)}' does not exist`, { hint: `mkdir -p ${dirname(name)}` })
  if (realpathSync(dirname(path)) !== dirname(path))
    throw new DvError('bad-target', `'${name}' lies behind a symbolic link to a folder`, {
      hint: `dv add ${realpathSync(dirname(path))}/${basename(path)}`,
    })
  if (stats?.isSymbolicLink() && isFolder(path))
    throw new DvError('bad-target', `'${name}' is a symbolic link to a folder`, { hint: `dv add ${realpathSync(path)}` })
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP'))
      throw new DvError('unsupported-file', `${path} is a symbolic link to nothing`, { cause: error })
    throw error
  }
}

function pointerFor(repo: Repo, { all }: TrackedIndex, path: string): string {
  const pointerFile = `${path}.dvc`
  if (!statsOf(pointerFile)) return pointerFile
  const others = all.filter(each => each.pointerFile === pointerFile).map(each => `'${nameOf(repo, each.path)}'`)
  throw new DvError('bad-target', `${nameOf(repo, pointerFile)} is there already, and tracks ${others.join(', ') || 'nothing'}`, {
    hint: `move ${nameOf(repo, pointerFile)} away first`,
  })
}
