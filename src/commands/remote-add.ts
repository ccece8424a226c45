/** dv remote add: gives a storage location a name. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, withSection, withValue } from '../format/config-edit.ts'
import { type Command, dryRunFlag } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name: string
  readonly url: string
  readonly default?: boolean
  readonly force?: boolean
}

interface Result {
  readonly name: string
  readonly url: string
  readonly default: boolean
}

export const remoteAdd: Command<Options, Result> = {
  name: 'remote add',
  summary: 'Add a remote',
  details:
    'Where it is kept: .dvc/config, which git tracks, so that a clone just works. A folder is kept relative to that file.\nSecrets do not belong there: `dv remote modify --local`.',
  arguments: [
    { name: 'name', summary: 'what to call it; kept in lower case' },
    { name: 'url', summary: 's3://bucket/prefix, or a folder' },
  ],
  flags: [
    { name: 'default', short: 'd', summary: 'make it the default remote' },
    { name: 'force', short: 'f', summary: 'replace a remote of that name' },
    ...levelFlags,
    dryRunFlag,
  ],
  examples: [
    { line: 'dv remote add -d s3_storage s3://lab/dvc-storage', what: 'a bucket, as the default' },
    { line: 'dv remote add backup /mnt/share/dvc', what: 'a folder, for example on a file server' },
  ],
  run: async (options, context) => addRemote(options, context),
  render: ({ name, default: isDefault }, { dryRun }) => (isDefault && !dryRun ? `Setting '${name}' as a default remote.\n` : ''),
}

function addRemote(options: Options, context: Context): Result {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const name = options.name.toLowerCase()
  const section = remoteSection(name)
  if (sectionOf(open.at(level), section) && !options.force)
    throw new DvError('bad-config', `remote '${name}' already exists`, { hint: `dv remote add --force ${name} ${options.url}` })
  const url = open.stored(level, { section, key: 'url' }, options.url)
  open.edit(level, config => {
    const added = withSection(config, { section, values: [['url', url]] })
    return options.default ? withValue(added, { section: 'core', key: 'remote' }, name) : added
  })
  return { name, url, default: options.default === true }
}
