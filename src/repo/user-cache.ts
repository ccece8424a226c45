/** The folder of the user's in which things are kept that can be had again. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { homeOf } from './config-places.ts'

/** As the platforms have it; XDG_CACHE_HOME decides everywhere. */
export function userCacheFolder({ env }: Context): string {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'dv')
  if (process.platform === 'darwin') return join(homeOf(env), 'Library', 'Caches', 'dv')
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homeOf(env), 'AppData', 'Local'), 'dv')
  return join(homeOf(env), '.cache', 'dv')
}

/** What dv keeps of another repository. Its address may hold a password, so that only a hash of it becomes a name. */
export const sourceFolder = (address: string, context: Context): string =>
  join(userCacheFolder(context), 'sources', createHash('sha256').update(address).digest('hex').slice(0, nameDigits))

/** 160 bits: as many as git takes to tell objects apart. */
const nameDigits = 40

/** Lists of files that were looked at, in the layout of a cache. */
export const objectsFolder = (context: Context): string => join(userCacheFolder(context), 'objects')
