/** What a config file may hold. */
import { DvError } from '../base/error.ts'
import type { ConfigFile, ConfigSection } from './config-file.ts'
import { namedSections, plainSections, remoteKinds, type Settings } from './setting-table.ts'
import type { SettingType } from './setting-types.ts'

export interface Setting {
  readonly name: string
  readonly type: SettingType
  /** one line, for the reference */
  readonly help: string
  /** relative to the folder of the config file */
  readonly path?: boolean
  /** never printed, and asked for before it is written to a committed file */
  readonly secret?: boolean
  /** the value is a command that would be run: honoured only from the user's own files, or when trusted */
  readonly runsProgram?: boolean
  /** the value names a file with credentials or a place that gets them: likewise */
  readonly namesCredentials?: boolean
  /** DVC reads it and does nothing with it */
  readonly obsolete?: boolean
}

/**
 * `section`: `core`, or `remote "name"`, where the settings of all kinds of remotes are looked through (they agree on what the
 * names mean). Undefined for what DVC does not know.
 */
export function settingOf(section: string, key: string): Setting | undefined {
  return settingsOf(section)?.[key]
}

/**
 * Refuses what DVC refuses, with its words: unknown sections and keys, and values of a wrong type. One file may hold a part of a
 * remote's settings, so that `url` may be missing.
 * @throws DvError 'bad-config'
 */
export function checkConfig(config: ConfigFile, file: string): void {
  for (const { section, values } of config) {
    const [, kind, name] = namedSection.exec(section) ?? []
    const place = kind === undefined ? `data['${section}']` : `data['${kind}']['${name}']`
    const fail = (why: string): never => {
      throw new DvError('bad-config', `${file}: ${why}`)
    }
    const settings =
      kind === 'remote' ? settingsOfRemote(values, why => fail(`${why} for dictionary value @ ${place}`)) : settingsOf(section)
    for (const [key, value] of values) {
      if (!settings && kind === undefined && Object.hasOwn(namedSections, section))
        fail(`expected a dictionary for dictionary value @ ${place}['${key}']`)
      if (!settings) fail(`extra keys not allowed @ ${place}`)
      const setting = settings?.[key]
      if (!setting && !isLenient(section, values)) fail(`extra keys not allowed @ ${place}['${key}']`)
      const problem = setting?.type(value)
      if (problem !== undefined) fail(`${problem} for dictionary value @ ${place}['${key}']`)
    }
  }
}

const namedSection = /^(remote|machine|db) "(.*)"$/s

function settingsOf(section: string): Settings | undefined {
  const kind = namedSection.exec(section)?.[1]
  if (kind !== undefined) return namedSections[kind]
  return Object.hasOwn(plainSections, section) ? plainSections[section] : undefined
}

function settingsOfRemote(values: ConfigSection['values'], fail: (why: string) => never): Settings | undefined {
  const url = values.findLast(([key]) => key === 'url')?.[1]
  const scheme = url === undefined ? 'remote' : schemeOf(url)
  if (scheme === 'remote') return namedSections['remote']
  return Object.hasOwn(remoteKinds, scheme) ? remoteKinds[scheme] : fail(`Unsupported URL type ${scheme}://`)
}

/** '' for a folder. As Python's urlparse has it, a URL without a host is a path. */
const schemeOf = (url: string): string => /^([a-z][a-z0-9+.-]*):\/\/[^/?#]/i.exec(url)?.[1]?.toLowerCase() ?? ''

/** Where DVC takes any key: features, and a remote that stands for another. */
const isLenient = (section: string, values: ConfigSection['values']): boolean =>
  section === 'feature' || values.some(([key, value]) => key === 'url' && schemeOf(value) === 'remote')
