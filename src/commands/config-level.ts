/** Which of the four configuration files a verb reads or changes. */
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { remoteSection, sectionOf, settingValue } from '../format/config-edit.ts'
import type { ConfigFile } from '../format/config-file.ts'
import { settingOf } from '../format/settings.ts'
import { type Config, type ConfigLevel, configFileOf, configLevels, loadConfig } from '../repo/config.ts'
import { editConfig, plannedEdit } from '../repo/edit-config.ts'
import { findRoot } from '../repo/find-root.ts'
import type { Flag } from './command.ts'

export interface LevelOptions {
  readonly global?: boolean
  readonly system?: boolean
  readonly project?: boolean
  readonly local?: boolean
  /** check, and tell, but write nothing */
  readonly dryRun?: boolean
}

export const levelFlags: readonly Flag[] = [
  { name: 'global', summary: "the user's own file, for all repositories" },
  { name: 'system', summary: "the machine's file" },
  { name: 'project', summary: 'the committed file of the repository, .dvc/config' },
  { name: 'local', summary: 'the uncommitted file of the repository, .dvc/config.local: the place for secrets' },
]

/** @throws DvError 'usage' when two are named */
export function chosenLevel(options: LevelOptions): ConfigLevel | undefined {
  const named = (['global', 'system', 'project', 'local'] as const).filter(level => options[level])
  if (named.length > 1) throw new DvError('usage', `choose one of ${named.map(level => `--${level}`).join(', ')}`)
  const [level] = named
  return level === 'project' ? 'repo' : level
}

export interface OpenConfig {
  readonly config: Config
  /** undefined outside a repository */
  readonly root: string | undefined
  /** what a level's file says, values as typed; empty when there is no file */
  at(level: ConfigLevel): ConfigFile
  fileOf(level: ConfigLevel): string
  /** Changes one file, checked together with the others before it is written. */
  edit(level: ConfigLevel, change: (config: ConfigFile) => ConfigFile): void
  /** A value as it is stored: a relative path is typed from the working folder, and kept relative to the folder of the file. */
  stored(level: ConfigLevel, place: SettingPlace, value: string): string
  /** A value of one file as it is shown: a path comes out absolute. '' when it is not set there. */
  resolved(level: ConfigLevel, place: SettingPlace): string
}

export interface SettingPlace {
  /** `core`, or `remote "name"` */
  readonly section: string
  readonly key: string
}

/** @throws DvError 'bad-config' for a level of the repository outside of one */
export function openConfig(context: Context, level: ConfigLevel | undefined, { dryRun = false }: LevelOptions = {}): OpenConfig {
  const root = findRoot(context)
  if (!root && (level === 'repo' || level === 'local' || level === undefined)) findRoot(context, { required: true })
  const config = loadConfig(root, context)
  const at = (wanted: ConfigLevel): ConfigFile => config.levels.find(each => each.level === wanted)?.config ?? []
  const fileOf = (wanted: ConfigLevel): string => configFileOf(wanted, root, context)
  return {
    config,
    root,
    at,
    fileOf,
    edit: (wanted, change) => {
      const others = configLevels.filter(each => each !== wanted).map(at)
      if (!dryRun) return editConfig(fileOf(wanted), change, others)
      const { text, old } = plannedEdit(fileOf(wanted), change, others)
      context.report({
        type: 'note',
        message: text === old ? `${fileOf(wanted)} would stay as it is.` : `${fileOf(wanted)} would become:\n${text}`,
      })
    },
    stored: (wanted, { section, key }, value) => {
      if (!isRelativePath(section, key, value)) return value
      return relative(dirname(fileOf(wanted)), join(context.cwd, value)) || '.'
    },
    resolved: (wanted, { section, key }) => {
      const value = settingValue(at(wanted), section, key) ?? ''
      return isRelativePath(section, key, value) ? resolve(dirname(fileOf(wanted)), value) : value
    },
  }
}

const isRelativePath = (section: string, key: string, value: string): boolean =>
  settingOf(section, key)?.path === true && value !== '' && !isAbsolute(value) && !/^(~|\w+:\/\/)/.test(value)

/**
 * A weaker file is seen by more people: what it says of a remote must stand without the stronger ones.
 * @throws DvError 'bad-config' when neither the file of that level nor a weaker one has the remote
 */
export function assertRemoteAt(open: OpenConfig, level: ConfigLevel, name: string): void {
  const section = remoteSection(name)
  const hasIt = (each: ConfigLevel): boolean => sectionOf(open.at(each), section) !== undefined
  if (configLevels.slice(0, configLevels.indexOf(level) + 1).some(hasIt)) return
  const stronger = configLevels.find(hasIt)
  throw new DvError(
    'bad-config',
    stronger ? `remote '${name}' is known to ${open.fileOf(stronger)} only` : `remote '${name}' doesn't exist`,
    {
      hint: stronger ? `add --${stronger}` : `dv remote add ${name} <url>`,
    },
  )
}
