/** The configuration: DVC's four files, merged key by key. */
import type { Context } from '../base/context.ts'
import type { ConfigFile } from '../format/config-file.ts'

/** from the weakest to the strongest */
export const configLevels = ['system', 'global', 'repo', 'local'] as const
export type ConfigLevel = (typeof configLevels)[number]

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

/** @throws DvError 'bad-config' that names the file. `root` undefined: the user's and the system's files only. */
export function loadConfig(root: string | undefined, context: Context): Config {
  throw new Error(`to be built: ${root} ${context.cwd}`)
}

/** Absolute path of the file of a level; `root` is needed for `repo` and `local`. */
export function configFileOf(level: ConfigLevel, root: string | undefined, context: Context): string {
  throw new Error(`to be built: ${level} ${root} ${context.cwd}`)
}
