/** dv remote modify: sets or unsets one option of a remote. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, withoutValue, withValue } from '../format/config-edit.ts'
import { settingOf } from '../format/settings.ts'
import { type Command, dryRunFlag } from './command.ts'
import { assertRemoteAt, chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name: string
  readonly option: string
  readonly value?: string
  readonly unset?: boolean
}

export const remoteModify: Command<Options, undefined> = {
  name: 'remote modify',
  summary: 'Set or unset an option of a remote',
  arguments: [
    { name: 'name', summary: 'the remote' },
    { name: 'option', summary: 'for example endpointurl, region, profile, jobs' },
    { name: 'value', optional: true, summary: 'its value; relative paths are typed from the working folder' },
  ],
  flags: [{ name: 'unset', short: 'u', summary: 'remove the option' }, ...levelFlags, dryRunFlag],
  examples: [
    { line: 'dv remote modify s3_storage endpointurl https://s3.lab.example', what: 'a private S3 server' },
    { line: 'dv remote modify --local s3_storage secret_access_key …', what: 'a secret, in the file that git does not track' },
    { line: 'dv remote modify --unset s3_storage profile', what: 'back to the default' },
  ],
  run: async (options, context) => modify(options, context),
  render: () => '',
}

function modify(options: Options, context: Context): undefined {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const name = options.name.toLowerCase()
  const section = remoteSection(name)
  const key = options.option.toLowerCase()
  assertRemoteAt(open, level, name)
  if (options.unset) {
    open.edit(level, config => withoutValue(config, section, key))
    return undefined
  }
  if (options.value === undefined)
    throw new DvError('usage', `remote modify ${name} ${key}: a value is missing`, { hint: `dv remote modify --unset ${name} ${key}` })
  if (level === 'repo' && settingOf(section, key)?.secret)
    context.report({
      type: 'warning',
      message: `${key} of remote '${name}' is a secret, and .dvc/config is committed for everybody to read`,
      hint: `dv remote modify --unset ${name} ${key}, then dv remote modify --local ${name} ${key} …`,
    })
  const stored = open.stored(level, { section, key }, options.value)
  open.edit(level, config => withValue(config, { section, key }, stored))
  return undefined
}
