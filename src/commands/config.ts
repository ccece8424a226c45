/** dv config: shows, sets and unsets settings. */
import { relative } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue, withoutValue, withValue } from '../format/config-edit.ts'
import { type ConfigLevel, configLevels } from '../repo/config.ts'
import { type Command, dryRunFlag } from './command.ts'
import { chosenLevel, type LevelOptions, levelFlags, type OpenConfig, openConfig, type SettingPlace } from './config-level.ts'

interface Options extends LevelOptions {
  readonly name?: string
  readonly value?: string
  readonly unset?: boolean
  readonly list?: boolean
  readonly showOrigin?: boolean
}

/** the lines to show; none after a change */
type Result = readonly string[]

export const config: Command<Options, Result> = {
  name: 'config',
  summary: 'Show, set or unset settings',
  details:
    'Four files, the later wins: --system, --global, --project (.dvc/config, committed), --local (.dvc/config.local).\nA name alone shows the value that counts; nothing when it is not set.',
  arguments: [
    { name: 'name', optional: true, summary: 'section.option, or remote.NAME.option' },
    { name: 'value', optional: true, summary: 'the value to set' },
  ],
  flags: [
    { name: 'unset', short: 'u', summary: 'remove the setting' },
    { name: 'list', short: 'l', summary: 'show every setting of every file, or of the one chosen' },
    { name: 'show-origin', summary: 'show in which file a value stands' },
    ...levelFlags,
    dryRunFlag,
  ],
  examples: [
    { line: 'dv config cache.type hardlink,copy', what: 'save space: files in the work tree are links into the cache' },
    { line: 'dv config --local cache.dir /mnt/share/cache', what: 'a cache that several clones use, for this clone' },
    { line: 'dv config -l --show-origin', what: 'what is set, and where' },
  ],
  exits: [{ status: 251, what: 'no such setting in the chosen file, or a value that does not fit' }],
  run: async (options, context) => {
    if (options.list) return list(options, context)
    if (options.name === undefined) throw new DvError('bad-target', 'the name of a setting is missing', { hint: 'dv config --list' })
    const place = placeOf(options.name)
    return options.value === undefined && !options.unset ? show(place, options, context) : change(place, options, context)
  },
  render: lines => lines.map(line => `${line}\n`).join(''),
}

/** @throws DvError 'usage' */
function placeOf(name: string): SettingPlace {
  const match = /^(?:(?:remote)\.(?<remote>.+)|(?<section>[^.]+))\.(?<key>[^.]+)$/.exec(name)
  if (!match?.groups)
    throw new DvError('usage', `'${name}' is no setting`, { hint: 'dv config section.option [value], or remote.NAME.option' })
  const { remote, section, key } = match.groups
  return { section: remote ? remoteSection(remote) : (section ?? '').toLowerCase(), key: (key ?? '').toLowerCase() }
}

function list(options: Options, context: Context): Result {
  if (options.name !== undefined || options.unset)
    throw new DvError('bad-target', '--list shows all settings: it takes no name, value or --unset')
  const level = chosenLevel(options)
  const open = openLenient(context, level)
  return levelsOf(level).flatMap(each =>
    open
      .at(each)
      .flatMap(({ section, values }) =>
        values.map(
          ([key]) => `${origin(options, open, each, context)}${shownName(section)}.${key}=${shownValue(open, each, { section, key })}`,
        ),
      ),
  )
}

function show(place: SettingPlace, options: Options, context: Context): Result {
  const level = chosenLevel(options)
  const open = openLenient(context, level)
  const from = levelsOf(level)
    .toReversed()
    .find(each => settingValue(open.at(each), place.section, place.key) !== undefined)
  if (from) return [`${origin(options, open, from, context)}${shownValue(open, from, place)}`]
  if (level) assertThere(open, level, place)
  return []
}

function change(place: SettingPlace, options: Options, context: Context): Result {
  if (options.showOrigin) throw new DvError('bad-target', '--show-origin shows: it takes no value and no --unset')
  const level = chosenLevel(options) ?? 'repo'
  const open = openConfig(context, level, options)
  if (options.unset) assertThere(open, level, place)
  const stored = options.value === undefined ? undefined : open.stored(level, place, options.value)
  open.edit(level, file =>
    options.unset || stored === undefined ? withoutValue(file, place.section, place.key) : withValue(file, place, stored),
  )
  return []
}

/** Outside a repository the user's and the machine's files can still be read. */
const openLenient = (context: Context, level: ConfigLevel | undefined): OpenConfig => openConfig(context, level ?? 'global')

const levelsOf = (level: ConfigLevel | undefined): readonly ConfigLevel[] => (level ? [level] : configLevels)

function assertThere(open: OpenConfig, level: ConfigLevel, { section, key }: SettingPlace): void {
  const there = sectionOf(open.at(level), section)
  if (!there)
    throw new DvError('bad-config', `section '${shownName(section)}' doesn't exist in ${open.fileOf(level)}`, {
      hint: 'dv config --list --show-origin',
    })
  if (settingValue(open.at(level), section, key) === undefined)
    throw new DvError('bad-config', `option '${key}' doesn't exist in section '${shownName(section)}' of ${open.fileOf(level)}`, {
      hint: 'dv config --list --show-origin',
    })
}

/** `remote "stor"` as it is typed: `remote.stor` */
const shownName = (section: string): string => section.replace(/^(\w+) "(.*)"$/, '$1.$2')

/** Paths absolute, as DVC shows them. */
const shownValue = (open: OpenConfig, level: ConfigLevel, { section, key }: SettingPlace): string => open.resolved(level, { section, key })

const origin = (options: Options, open: OpenConfig, level: ConfigLevel, context: Context): string => {
  if (!options.showOrigin) return ''
  const file = open.fileOf(level)
  return `${level === 'repo' || level === 'local' ? relative(context.cwd, file) : file}\t`
}
