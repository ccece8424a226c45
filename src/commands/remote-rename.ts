/** dv remote rename: another name for the same place. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue, withoutSection, withSection, withValue } from '../format/config-edit.ts'
import type { ConfigFile } from '../format/config-file.ts'
import { configLevels } from '../repo/config.ts'
import { type Command, dryRunFlag } from './command.ts'
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
  flags: [...levelFlags, dryRunFlag],
  examples: [{ line: 'dv remote rename s3_storage bucket', what: 'the default remote stays the default' }],
  run: async (options, context) => renameRemote(options, context),
  render: () => '',
}

function renameRemote(options: Options, context: Context): undefined {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const [from, to] = [options.name.toLowerCase(), options.new.toLowerCase()]
  if (open.config.remotes().includes(to))
    throw new DvError('bad-config', `remote '${from}' cannot be renamed: there is a remote '${to}' already`, { hint: 'dv remote list' })
  if (!sectionOf(open.at(level), remoteSection(from)))
    throw new DvError('bad-config', `remote '${from}' doesn't exist`, { hint: 'dv remote list' })
  const rename = (config: ConfigFile): ConfigFile => renamed(config, from, to)
  open.edit(level, rename)
  // Options of the remote in files that win over this one, a secret for example, go with it; these are checked against the new name.
  for (const stronger of configLevels.slice(configLevels.indexOf(level) + 1)) {
    const before = open.at(stronger)
    if (rename(before) === before) continue
    if (options.dryRun) context.report({ type: 'note', message: `${open.fileOf(stronger)} would follow.` })
    else openConfig(context, level).edit(stronger, rename)
  }
  return undefined
}

/** The same value when it names no such remote. */
function renamed(config: ConfigFile, from: string, to: string): ConfigFile {
  const section = sectionOf(config, remoteSection(from))
  const moved = section
    ? withSection(withoutSection(config, section.section), { section: remoteSection(to), values: section.values })
    : config
  return settingValue(moved, 'core', 'remote') === from ? withValue(moved, { section: 'core', key: 'remote' }, to) : moved
}
