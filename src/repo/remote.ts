/** From the name of a remote to where it is and how to reach it. */
import { DvError } from '../base/error.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { Config, ConfigLevel } from './config.ts'

/** Where a setting of a remote comes from: for `remote://other/…` that is the other remote's section. */
export interface SettingOrigin {
  readonly section: string
  readonly level: ConfigLevel
}

export interface ResolvedRemote extends RemoteConfig {
  /** by key, `url` among them */
  readonly origins: ReadonlyMap<string, SettingOrigin>
}

/** `root`: of the repository, for messages. @throws DvError 'no-remote' when none is specified or there is no such remote, 'bad-config' when its url leads in a circle */
export function resolveRemote(name: string | undefined, config: Config, root: string): ResolvedRemote {
  const chosen = name ?? config.get('core', 'remote')
  if (!chosen) throw noneSpecified(config, root)
  return resolveNamed(chosen.toLowerCase(), config, [])
}

function resolveNamed(name: string, config: Config, passed: readonly string[]): ResolvedRemote {
  const section = `remote "${name}"`
  const { url, ...own } = config.section(section)
  if (!config.remotes().includes(name)) throw new DvError('no-remote', `remote '${name}' doesn't exist`, { hint: 'dv remote list' })
  if (!url) throw new DvError('bad-config', `remote '${name}' has no url`, { hint: `dv remote modify ${name} url <url>` })
  if (passed.includes(name))
    throw new DvError('bad-config', `the url of remote '${name}' leads in a circle: ${[...passed, name].join(' -> ')}`)
  const origins = new Map(
    ['url', ...Object.keys(own)].map(key => [key, { section, level: config.levelOf(section, key) ?? 'repo' }] as const),
  )
  return inherit({ name, url, options: own, origins }, config, [...passed, name])
}

export interface UrlWithOptions {
  readonly url: string
  readonly options: Readonly<Record<string, string>>
  /** who chose them */
  readonly level: ConfigLevel
  /** where they stand, for messages */
  readonly section: string
}

/** A url that is no remote's: itself, or what `remote://name/path` means. @throws DvError 'no-remote', 'bad-config' */
export function resolveUrl({ url, options, level, section }: UrlWithOptions, config: Config): ResolvedRemote {
  const origins = new Map(['url', ...Object.keys(options)].map(key => [key, { section, level }] as const))
  return inherit({ name: '<name>', url, options, origins }, config, [])
}

function inherit({ name, url, options: own, origins }: ResolvedRemote, config: Config, passed: readonly string[]): ResolvedRemote {
  const other = /^remote:\/\/([^/]*)(.*)$/is.exec(url)
  if (!other) return { name, url: plainUrl(url), options: own, origins }
  const [, base = '', below = ''] = other
  const inherited = resolveNamed(base.toLowerCase(), config, passed)
  return {
    name: passed.length === 0 ? inherited.name : name,
    url: withSubfolder(inherited.url, below),
    options: { ...inherited.options, ...own },
    // The place is the other remote's choice, to which this one only adds a folder.
    origins: new Map([...inherited.origins, ...[...origins].filter(([key]) => key !== 'url')]),
  }
}

/** `file:///x` is the folder `/x`, by its path as it stands: DVC unquotes nothing. */
const plainUrl = (url: string): string => url.replace(/^file:\/\/(?=\/)/i, '')

const withSubfolder = (url: string, below: string): string =>
  /^\/*$/.test(below) ? url : `${url.replace(/\/+$/, '')}/${below.replace(/^\/+/, '')}`

function noneSpecified(config: Config, root: string): DvError {
  const [first] = config.remotes()
  return new DvError('no-remote', `no remote specified in ${root}`, {
    hint: first === undefined ? 'dv remote add -d <name> <url>' : `dv remote default ${config.remotes().length === 1 ? first : '<name>'}`,
  })
}
