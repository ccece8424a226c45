/** dv remote remove: forgets a remote; what is stored there stays. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue, withoutSection, withoutValue } from '../format/config-edit.ts'
import { type ConfigLevel, configLevels } from '../repo/config.ts'
import type { Command } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name: string
}

export const remoteRemove: Command<Options, undefined> = {
  name: 'remote remove',
  summary: 'Remove a remote from the configuration',
  details: 'What is stored there stays. Where it was the default remote, there is none afterwards.',
  arguments: [{ name: 'name', summary: 'the remote' }],
  flags: levelFlags,
  examples: [{ line: 'dv remote remove backup', what: 'forget the remote' }],
  run: async (options, context) => remove(options, context),
  render: () => '',
}

function remove(options: Options, context: Context): undefined {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level)
  const name = options.name.toLowerCase()
  const section = remoteSection(name)
  if (!sectionOf(open.at(level), section)) throw new DvError('bad-config', `remote '${name}' doesn't exist`, { hint: 'dv remote list' })
  for (const each of strongerThan(level).filter(stronger => settingValue(open.at(stronger), 'core', 'remote') === name))
    open.edit(each, config => withoutValue(config, 'core', 'remote'))
  open.edit(level, config => {
    const rest = withoutSection(config, section)
    return settingValue(rest, 'core', 'remote') === name ? withoutValue(rest, 'core', 'remote') : rest
  })
  return undefined
}

const strongerThan = (level: ConfigLevel): readonly ConfigLevel[] => configLevels.slice(configLevels.indexOf(level) + 1)
