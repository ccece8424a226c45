/** dv remote list: names and places. */
import { remoteSection, settingValue } from '../format/config-edit.ts'
import type { ConfigFile } from '../format/config-file.ts'
import { type Command, jsonFlag } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Remote {
  readonly name: string
  /** folders: absolute */
  readonly url: string
  readonly default: boolean
}

export const remoteList: Command<LevelOptions, readonly Remote[]> = {
  name: 'remote list',
  summary: 'List the remotes',
  arguments: [],
  flags: [...levelFlags, jsonFlag],
  examples: [{ line: 'dv remote list', what: 'every remote that this repository knows' }],
  run: async (options, context) => {
    const level = chosenLevel(options)
    const { config, at } = openConfig(context, level)
    const chosen = level && at(level)
    const fallback = chosen ? settingValue(chosen, 'core', 'remote') : config.get('core', 'remote')
    return config
      .remotes()
      .filter(name => !chosen || hasRemote(chosen, name))
      .map(name => ({ name, url: config.get(remoteSection(name), 'url') ?? '', default: name === fallback?.toLowerCase() }))
  },
  render: remotes => {
    const width = Math.max(0, ...remotes.map(remote => remote.name.length)) + 2
    return remotes.map(remote => `${remote.name.padEnd(width)}${remote.url}${remote.default ? '  (default)' : ''}\n`).join('')
  },
}

const hasRemote = (config: ConfigFile, name: string): boolean => config.some(each => each.section === remoteSection(name))
