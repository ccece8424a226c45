/** dv remote default: which remote is meant when none is named. */
import type { Context } from '../base/context.ts'
import { settingValue, withoutValue, withValue } from '../format/config-edit.ts'
import { type Command, dryRunFlag } from './command.ts'
import { assertRemoteAt, chosenLevel, type LevelOptions, levelFlags, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name?: string
  readonly unset?: boolean
}

interface Result {
  /** undefined: there is none now */
  readonly name: string | undefined
  readonly asked: boolean
}

export const remoteDefault: Command<Options, Result> = {
  name: 'remote default',
  summary: 'Show or set the default remote',
  arguments: [{ name: 'name', optional: true, summary: 'the remote to make the default; without it the default is shown' }],
  flags: [{ name: 'unset', short: 'u', summary: 'have no default remote' }, ...levelFlags, dryRunFlag],
  examples: [
    { line: 'dv remote default', what: 'show it' },
    { line: 'dv remote default s3_storage', what: 'set it, for everybody who clones the repository' },
    { line: 'dv remote default --local backup', what: 'set it for this clone alone' },
  ],
  exits: [{ status: 1, what: 'asked for the default, and there is none' }],
  run: async (options, context) => (options.name === undefined && !options.unset ? show(options, context) : change(options, context)),
  render: ({ name, asked }) => (asked ? `${name ?? 'No default remote set'}\n` : ''),
  exitStatus: ({ name, asked }) => (asked && name === undefined ? 1 : 0),
}

function show(options: Options, context: Context): Result {
  const level = chosenLevel(options)
  const { config, at } = openConfig(context, level)
  return { name: level ? settingValue(at(level), 'core', 'remote') : config.get('core', 'remote'), asked: true }
}

function change(options: Options, context: Context): Result {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const name = options.unset ? undefined : options.name?.toLowerCase()
  if (name !== undefined) assertRemoteAt(open, level, name)
  open.edit(level, config =>
    name === undefined ? withoutValue(config, 'core', 'remote') : withValue(config, { section: 'core', key: 'remote' }, name),
  )
  return { name, asked: false }
}
