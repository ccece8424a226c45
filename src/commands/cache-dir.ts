/** dv cache dir: where the cache is. */
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { settingValue, withoutValue, withValue } from '../format/config-edit.ts'
import { type Command, dryRunFlag } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, type OpenConfig, openConfig } from './config-level.ts'

interface Options extends LevelOptions {
  readonly path?: string
  readonly unset?: boolean
}

/** undefined after a change */
type Result = string | undefined

const place = { section: 'cache', key: 'dir' } as const

export const cacheDir: Command<Options, Result> = {
  name: 'cache dir',
  summary: 'Show or set where the cache is',
  details:
    'A relative path is typed from the working folder, and kept relative to the file of settings.\nObjects that are in the old cache stay there.',
  arguments: [{ name: 'path', optional: true, summary: 'the folder to use; without it the one in use is shown' }],
  flags: [{ name: 'unset', short: 'u', summary: 'go back to .dvc/cache' }, ...levelFlags, dryRunFlag],
  examples: [
    { line: 'dv cache dir', what: 'where is it?' },
    { line: 'dv cache dir --local /mnt/share/cache', what: 'a cache that several clones use, for this clone' },
  ],
  exits: [{ status: 251, what: 'it is not set in the chosen file' }],
  run: async (options, context) => (options.path === undefined && !options.unset ? show(options, context) : change(options, context)),
  render: path => (path === undefined ? '' : `${path}\n`),
}

function show(options: Options, context: Context): Result {
  const level = chosenLevel(options)
  const open = openConfig(context, level ?? 'global')
  if (level) {
    assertSet(open, level)
    return open.resolved(level, place)
  }
  const path = open.config.get(place.section, place.key) ?? (open.root === undefined ? undefined : join(open.root, '.dvc', 'cache'))
  if (path === undefined)
    throw new DvError('bad-config', "option 'dir' doesn't exist in section 'cache'", { hint: 'dv cache dir --global PATH' })
  return path
}

function change(options: Options, context: Context): Result {
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  const { path } = options
  if (path === undefined || options.unset) assertSet(open, level)
  open.edit(level, file =>
    path === undefined || options.unset
      ? withoutValue(file, place.section, place.key)
      : withValue(file, place, open.stored(level, place, path)),
  )
  return undefined
}

function assertSet(open: OpenConfig, level: Parameters<OpenConfig['at']>[0]): void {
  if (settingValue(open.at(level), place.section, place.key) === undefined)
    throw new DvError('bad-config', `option 'dir' doesn't exist in section 'cache' of ${open.fileOf(level)}`, {
      hint: 'dv config --list --show-origin',
    })
}
