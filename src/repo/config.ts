/** The configuration: DVC's four files, merged key by key. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { isSystemError } from '../base/error.ts'
import { type ConfigFile, parseConfigFile } from '../format/config-file.ts'
import { checkConfig, settingOf } from '../format/settings.ts'
import { type ConfigLevel, configFileOf, configLevels, homeOf } from './config-places.ts'

export { type ConfigLevel, configFileOf, configLevels } from './config-places.ts'

export interface Config {
  /** The value of the strongest level. Settings that are paths come out absolute (relative ones are meant from their own file's folder). */
  get(section: string, key: string): string | undefined
  /** all keys of a section, merged, as `get` gives them; `section` is `core` or `remote "name"` */
  section(name: string): Readonly<Record<string, string>>
  /** names, in the order in which the files give them */
  remotes(): readonly string[]
  /** what each file that exists says, weakest first, values as typed */
  readonly levels: readonly { readonly level: ConfigLevel; readonly file: string; readonly config: ConfigFile }[]
  /** the strongest level that has the key */
  levelOf(section: string, key: string): ConfigLevel | undefined
}

interface Value {
  readonly value: string
  readonly level: ConfigLevel
}

export interface ConfigOptions {
  /** the repository's file as a commit has it, instead of the one in the work tree; '' for none */
  readonly committed?: string
  /** false: somebody else's `config.local` is left alone */
  readonly withLocal?: boolean
  /** what is stronger than any file: given with the command */
  readonly given?: Config['levels']
}

/** @throws DvError 'bad-config' that names the file. `root` undefined: the user's and the system's files only. */
export function loadConfig(root: string | undefined, context: Context, options: ConfigOptions = {}): Config {
  const { committed, withLocal = true, given = [] } = options
  const read = configLevels
    .filter(level => (root !== undefined || level === 'system' || level === 'global') && (withLocal || level !== 'local'))
    .flatMap(level => {
      const file = configFileOf(level, root, context)
      const text = level === 'repo' && committed !== undefined ? committed : readConfig(file, level, context)
      if (text === undefined) return []
      const shown = level === 'repo' || level === 'local' ? relative(root ?? '', file) : file
      const config = parseConfigFile(text, shown)
      checkConfig(config, shown)
      return [{ level, file, config }]
    })
  const levels = [...read, ...given]
  const merged = mergeLevels(levels, homeOf(context.env))
  return {
    levels,
    get: (section, key) => merged.get(section)?.get(key)?.value,
    section: name => Object.fromEntries([...(merged.get(name) ?? [])].map(([key, { value }]) => [key, value])),
    remotes: () => [...merged.keys()].flatMap(section => /^remote "(.*)"$/s.exec(section)?.[1] ?? []),
    levelOf: (section, key) => merged.get(section)?.get(key)?.level,
  }
}

/** A repository may be another user's, whose config.local is nobody else's: what can be done without it goes on. */
function readConfig(file: string, level: ConfigLevel, context: Context): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    if (level === 'repo' || !isSystemError(error, 'EACCES', 'EPERM')) throw error
    context.report({ type: 'warning', message: `${file} may not be read by you: its settings are left out` })
    return undefined
  }
}

function mergeLevels(levels: Config['levels'], home: string): Map<string, Map<string, Value>> {
  const merged = new Map<string, Map<string, Value>>()
  for (const { level, file, config } of levels) {
    for (const { section, values } of config) {
      const into = merged.get(section) ?? new Map<string, Value>()
      merged.set(section, into)
      for (const [key, value] of values) {
        into.set(key, { level, value: settingOf(section, key)?.path === true ? absolute(value, dirname(file), home) : value })
      }
    }
  }
  return merged
}

/** dvc/config.py `_to_relpath`/`_load_paths`: a URL stays, `~` is the home folder, what is relative is meant from the file's folder. */
function absolute(value: string, folder: string, home: string): string {
  if (value === '' || /^\w+:\/\//.test(value) || isAbsolute(value)) return value
  if (value === '~' || value.startsWith('~/')) return join(home, value.slice(1))
  return resolve(folder, value)
}
