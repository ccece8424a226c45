/** Changes one configuration file, or leaves it as it was. */
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import { type ConfigFile, parseConfigFile, printConfigFile } from '../format/config-file.ts'
import { checkConfig } from '../format/settings.ts'
import { replaceFile } from './replace-file.ts'

/** config.local is where secrets stand, so that a new one is for its owner only. */
const secretMode = 0o600

/**
 * Parses, changes, checks the outcome alone and together with the `other` levels (weakest first), and only then writes it: temp + rename,
 * mode kept; a new `config.local` is 0600. @throws DvError 'bad-config', nothing written
 */
export function editConfig(file: string, change: (config: ConfigFile) => ConfigFile, others: readonly ConfigFile[] = []): void {
  const { target, text, old } = plannedEdit(file, change, others)
  if (text !== old) replaceFile(target, text, basename(target) === 'config.local' ? { mode: secretMode } : {})
}

export interface PlannedEdit {
  /** the file itself, behind links */
  readonly target: string
  readonly text: string
  /** undefined when there is no file yet */
  readonly old: string | undefined
}

/** The same without writing. @throws DvError 'bad-config' */
export function plannedEdit(file: string, change: (config: ConfigFile) => ConfigFile, others: readonly ConfigFile[] = []): PlannedEdit {
  const shown = basename(dirname(file)) === '.dvc' ? join('.dvc', basename(file)) : file
  const target = realPathOf(file)
  if (shown !== file && !target.startsWith(realpathSync(dirname(dirname(file))) + sep)) {
    throw new DvError('bad-config', `${shown} is not changed: it is a symbolic link to ${target}, outside of the repository`)
  }
  const old = readIfThere(target)
  const changed = change(parseConfigFile(old ?? '', shown))
  checkConfig(changed, shown)
  const merged = mergeConfigs([...others, changed])
  checkConfig(merged, shown)
  checkRemotes(changed, merged, shown)
  return { target, text: printConfigFile(changed), old }
}

/** DVC writes first and then fails at every command. */
function checkRemotes(changed: ConfigFile, merged: ConfigFile, shown: string): void {
  for (const { section } of changed) {
    const name = /^remote "(.*)"$/s.exec(section)?.[1]
    if (name === undefined || merged.some(each => each.section === section && each.values.some(([key]) => key === 'url'))) continue
    throw new DvError('bad-config', `${shown}: remote '${name}' would have no url`, { hint: `dv remote add ${name} <url>` })
  }
}

/** One section per name, its keys in the order in which they first occur, the last value of each. */
function mergeConfigs(files: readonly ConfigFile[]): ConfigFile {
  const sections = new Map<string, Map<string, string>>()
  for (const { section, values } of files.flat()) {
    const into = sections.get(section) ?? new Map<string, string>()
    sections.set(section, into)
    for (const [key, value] of values) into.set(key, value)
  }
  return [...sections].map(([section, values]) => ({ section, values: [...values] }))
}

/** A config file that is a link into a dotfiles folder stays one. */
function realPathOf(file: string): string {
  try {
    return realpathSync(file)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return file
    throw error
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
