/** dv unprotect: files that are links into the cache become the user's own, to be edited. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { withLock } from '../repo/lock.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { pathInRepository } from '../repo/path-in-repository.ts'
import { selectOutputs } from '../repo/targets.ts'
import type { Place } from '../workspace/snapshot.ts'
import { unprotectOutput } from '../workspace/unprotect.ts'
import { type Command, dryRunFlag, jsonFlag } from './command.ts'
import { nameOf, passingPlaceOf, placeOf } from './place.ts'

interface Options {
  readonly targets: readonly string[]
  readonly dryRun?: boolean
}

interface Unprotected {
  readonly name: string
  /** that were links, or could not be written */
  readonly files: number
}

export const unprotect: Command<Options, readonly Unprotected[]> = {
  name: 'unprotect',
  summary: 'Make linked files the user’s own, to be edited',
  details:
    'With cache.type hardlink or symlink the files in the work tree are the objects in the cache: writing to one would damage the object.\nHere links become copies that can be written. The data stays tracked; dv add takes the changes, and links again.',
  arguments: [{ name: 'targets', many: true, summary: 'data sets, or paths inside them; a folder means all data in it' }],
  flags: [dryRunFlag, jsonFlag],
  examples: [
    { line: 'dv unprotect labels.csv', what: 'now it can be edited' },
    { line: 'dv unprotect dog_and_cat/cats', what: 'one folder of a data set' },
  ],
  exits: [{ status: 255, what: 'there is no such file or folder' }],
  run: (options, context) => withRepo(context, repo => unprotectTargets(repo, options, context)),
  render: all => all.map(({ name, files }) => `${name}: ${formatCount(files, 'file')} made writable\n`).join(''),
}

async function unprotectTargets(repo: Repo, { targets, dryRun = false }: Options, context: Context): Promise<readonly Unprotected[]> {
  const parts = targets.flatMap(target => partsOf(repo, target))
  const work = async (): Promise<readonly Unprotected[]> => {
    const all: Unprotected[] = []
    for (const { place, inside } of parts) {
      const only = inside === undefined ? undefined : (path: string) => path === inside || path.startsWith(`${inside}/`)
      const files = await unprotectOutput(place, { only, dryRun }, context)
      if (files === undefined) throw missing(nameOf(repo, place.path))
      all.push({ name: nameOf(repo, inside === undefined ? place.path : `${place.path}/${inside}`), files })
    }
    return all
  }
  return dryRun ? work() : withLock(repo, work, { writes: parts.map(({ place }) => place.path) })
}

interface Part {
  readonly place: Place
  readonly inside?: string | undefined
}

/** Data that is not tracked, or no longer, may be linked, too. */
function partsOf(repo: Repo, target: string): readonly Part[] {
  const path = pathInRepository(repo, target)
  try {
    return selectOutputs(repo, [target], { recursive: true }).map(({ tracked, inside }) => {
      const at = inside === undefined ? tracked.path : `${tracked.path}/${inside}`
      if (!lstatSync(at, { throwIfNoEntry: false })) throw missing(nameOf(repo, at))
      return { place: placeOf(repo, tracked.path, tracked.output.hash), inside }
    })
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'unknown-target') throw error
    const isOurs = path.startsWith(`${repo.root}/`) && !/\/\.(?:git|dvc)(?:\/|$)/i.test(path.slice(repo.root.length))
    if (!isOurs || !lstatSync(path, { throwIfNoEntry: false })) throw missing(target)
    return [{ place: passingPlaceOf(repo, path) }]
  }
}

const missing = (name: string): DvError =>
  new DvError('unknown-target', `'${name}' cannot be unprotected: there is no such data here`, { hint: 'dv status' })
