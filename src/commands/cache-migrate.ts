/** dv cache migrate: objects of DVC 2 get their places in the cache of DVC 3; with --dvc-files pointers name them. */
import type { Context } from '../base/context.ts'
import { formatCount } from '../base/quantities.ts'
import { type Repo, withRepo } from '../repo/open.ts'
import { adoptObjects, hashAnew } from '../workspace/adopt-objects.ts'
import { type Command, dryRunFlag } from './command.ts'
import { type MigratedPointers, migratePointers } from './migrate-pointers.ts'
import { renderGitHint, type ToldToGit, tellGit } from './tell-git.ts'

interface Options {
  readonly dry?: boolean
  readonly dryRun?: boolean
  readonly dvcFiles?: boolean
}

interface Result {
  /** objects of DVC 2 */
  readonly objects: number
  /** objects that are new in the place of DVC 3; undefined in a dry run */
  readonly made?: number
  readonly damaged: readonly string[]
  readonly pointers?: MigratedPointers & ToldToGit
}

export const cacheMigrate: Command<Options, Result> = {
  name: 'cache migrate',
  summary: 'Give the objects of DVC 2 their names of DVC 3',
  details:
    'Each object is checked, hashed with plain md5 and linked to its place in files/md5; the old ones stay where they are.\nWith --dvc-files, pointers of DVC 2 are rewritten, from the work tree or, where the data is not there, from the cache.\nData that was changed, or is in neither, keeps its pointer, and is named.',
  arguments: [],
  flags: [
    { name: 'dvc-files', summary: 'rewrite the pointers, too' },
    { name: 'dry', summary: 'show what would be done and change nothing' },
    dryRunFlag,
  ],
  examples: [
    { line: 'dv cache migrate --dry', what: 'how much is there?' },
    { line: 'dv cache migrate --dvc-files', what: 'the cache, and the pointers for git' },
  ],
  exits: [{ status: 1, what: 'an object is damaged, or a pointer could not be rewritten; the rest was done' }],
  run: (options, context) => withRepo(context, repo => migrate(repo, { ...options, dry: options.dry || options.dryRun || false }, context)),
  render: ({ objects, made, pointers }) =>
    `${
      made === undefined
        ? `${formatCount(objects, 'object')} would be hashed and given a place in the cache of DVC 3\n`
        : `Migrated ${formatCount(made, 'object')} to the cache of DVC 3${objects > made ? ` (${objects - made} there already)` : ''}\n`
    }${pointers ? renderPointers(pointers, made === undefined) : ''}`,
  problems: ({ damaged, pointers }) =>
    [...damaged.map(id => `object ${id} of DVC 2 is damaged and was left out`), ...(pointers?.left ?? [])]
      .map(line => `WARNING: ${line}\n`)
      .join(''),
  exitStatus: ({ damaged, pointers }) => (damaged.length + (pointers?.left.length ?? 0) > 0 ? 1 : 0),
}

function renderPointers({ files, ...told }: MigratedPointers & ToldToGit, isDry: boolean): string {
  if (files.length === 0) return 'No pointers to migrate\n'
  return `${files.map(file => `${file}: ${isDry ? 'would be rewritten' : 'rewritten'}\n`).join('')}${renderGitHint(told)}`
}

async function migrate(repo: Repo, { dry, dvcFiles }: Options & { readonly dry: boolean }, context: Context): Promise<Result> {
  const [legacy, fresh] = [repo.cache('md5-dos2unix'), repo.cache('md5')]
  const { names, damaged } = await hashAnew(legacy, context)
  const made = dry ? undefined : await adoptObjects(names, { legacy, fresh }, context)
  const pointers = dvcFiles ? await migratePointers(repo, { names, dry }, context) : undefined
  return {
    objects: names.size,
    damaged,
    ...(made === undefined ? {} : { made }),
    ...(pointers ? { pointers: { ...pointers, ...tellGit(repo, pointers.changed) } } : {}),
  }
}
