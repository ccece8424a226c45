/** Where the files of the configuration lie. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'

/** from the weakest to the strongest */
export const configLevels = ['system', 'global', 'repo', 'local'] as const
export type ConfigLevel = (typeof configLevels)[number]

/** Absolute path of the file of a level. @throws DvError 'not-a-repo' for `repo` and `local` without a root */
export function configFileOf(level: ConfigLevel, root: string | undefined, context: Context): string {
  if (level === 'system') return join(systemFolder(context), 'config')
  if (level === 'global') return join(globalConfigFolder(context), 'config')
  if (root === undefined) throw new DvError('not-a-repo', 'you are not inside of a dv or DVC repository', { hint: 'dv init' })
  return join(root, '.dvc', level === 'repo' ? 'config' : 'config.local')
}

/** DVC's (dvc/dirs.py): DVC_GLOBAL_CONFIG_DIR, else what platformdirs calls the user's config folder. */
export function globalConfigFolder({ env }: Context): string {
  if (env['DVC_GLOBAL_CONFIG_DIR']) return env['DVC_GLOBAL_CONFIG_DIR']
  if (env['XDG_CONFIG_HOME']) return join(env['XDG_CONFIG_HOME'], 'dvc')
  if (process.platform === 'darwin') return join(homeOf(env), 'Library', 'Application Support', 'dvc')
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homeOf(env), 'AppData', 'Local'), 'iterative', 'dvc')
  return join(homeOf(env), '.config', 'dvc')
}

export const homeOf = (env: Context['env']): string => env['HOME'] || env['USERPROFILE'] || homedir()

function systemFolder({ env }: Context): string {
  if (env['DVC_SYSTEM_CONFIG_DIR']) return env['DVC_SYSTEM_CONFIG_DIR']
  const first = env['XDG_CONFIG_DIRS']?.split(':')[0]
  if (first) return join(first, 'dvc')
  if (process.platform === 'darwin') return '/Library/Application Support/dvc'
  if (process.platform === 'win32') return join(env['PROGRAMDATA'] ?? 'C:\\ProgramData', 'iterative', 'dvc')
  return '/etc/xdg/dvc'
}
