/** dv remote rename: another name for the same place. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue, withoutSection, withSection, withValue } from '../format/config-edit.ts'
import type { ConfigFile } from '../format/config-file.ts'
import { configLevels } from '../repo/config.ts'
import type { Command } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name: string
  readonly new: string
}

export const remoteRename: Command<Options, undefined> = {
  name: 'remote rename',
  summary: 'Rename a remote',
  arguments: [
    { name: 'name', summary: 'the remote' },
    { name: 'new', summary: 'its new name' },
  ],
  flags: levelFlags,
  examples: [{ line: 'dv remote rename s3_storage bucket', what: 'the default remote stays the default' }],
  run: async (options, context) => rename(options, context),
  render: () => '',
}

function rename(options: Options, context: Context): undefined {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level)
  const [from, to] = [options.name.toLowerCase(), options.new.toLowerCase()]
  if (open.config.remotes().includes(to))
    throw new DvError('bad-config', `remote '${from}' cannot be renamed: there is a remote '${to}' already`, { hint: 'dv remote list' })
  const section = sectionOf(open.at(level), remoteSection(from))
  if (!section) throw new DvError('bad-config', `remote '${from}' doesn't exist`, { hint: 'dv remote list' })
  const withDefault = (config: ConfigFile) =>
    settingValue(config, 'core', 'remote') === from ? withValue(config, { section: 'core', key: 'remote' }, to) : config
  open.edit(level, config =>
    withDefault(withSection(withoutSection(config, section.section), { section: remoteSection(to), values: section.values })),
  )
  for (const stronger of configLevels.slice(configLevels.indexOf(level) + 1))
    if (settingValue(open.at(stronger), 'core', 'remote') === from) open.edit(stronger, withDefault)
  return undefined
}
