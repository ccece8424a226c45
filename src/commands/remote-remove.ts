/** dv remote remove: forgets a remote; what is stored there stays. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue, withoutSection, withoutValue } from '../format/config-edit.ts'
import type { ConfigFile } from '../format/config-file.ts'
import { type ConfigLevel, configLevels } from '../repo/config.ts'
import { type Command, dryRunFlag } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name: string
}

export const remoteRemove: Command<Options, undefined> = {
  name: 'remote remove',
  summary: 'Remove a remote from the configuration',
  details: 'What is stored there stays. Where it was the default remote, there is none afterwards.',
  arguments: [{ name: 'name', summary: 'the remote' }],
  flags: [...levelFlags, dryRunFlag],
  examples: [{ line: 'dv remote remove backup', what: 'forget the remote' }],
  run: async (options, context) => remove(options, context),
  render: () => '',
}

function remove(options: Options, context: Context): undefined {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const name = options.name.toLowerCase()
  const section = remoteSection(name)
  if (!sectionOf(open.at(level), section)) throw new DvError('bad-config', `remote '${name}' doesn't exist`, { hint: 'dv remote list' })
  // Options of the remote alone, a secret for example, would make DVC refuse every command.
  const hasUrlElsewhere = configLevels.some(each => each !== level && settingValue(open.at(each), section, 'url') !== undefined)
  for (const each of strongerThan(level)) {
    const isOrphan = !hasUrlElsewhere && sectionOf(open.at(each), section) !== undefined
    if (!isOrphan && settingValue(open.at(each), 'core', 'remote') !== name) continue
    open.edit(each, config => withoutDefault(isOrphan ? withoutSection(config, section) : config, name))
  }
  open.edit(level, config => withoutDefault(withoutSection(config, section), name))
  return undefined
}

const withoutDefault = (config: ConfigFile, name: string): ConfigFile =>
  settingValue(config, 'core', 'remote') === name ? withoutValue(config, 'core', 'remote') : config

const strongerThan = (level: ConfigLevel): readonly ConfigLevel[] => configLevels.slice(configLevels.indexOf(level) + 1)
