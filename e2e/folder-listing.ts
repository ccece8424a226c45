/** What is in a folder, as text that two folders can be compared by: a line each, type, mode, md5 or link target, path. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export interface ListingOptions {
  /** paths (relative to the folder) to leave out, with what is below them */
  readonly without?: readonly string[]
  /** false: no modes, for what a umask or a link decides */
  readonly modes?: boolean
}

/** Sorted; a folder's line ends in '/'. An absent folder lists as nothing. */
export function listFolder(folder: string, options: ListingOptions = {}): string[] {
  const without = new Set(options.without)
  const lines: string[] = []
  const visit = (relative: string): void => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (without.has(path)) continue
      const absolute = join(folder, path)
      const mode = options.modes === false ? '' : `${(lstatSync(absolute).mode & 0o7777).toString(8).padStart(4, '0')} `
      if (entry.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(absolute)}`)
      else if (entry.isDirectory()) {
        lines.push(`${path}/ ${mode}`.trimEnd())
        visit(path)
      } else if (entry.isFile()) lines.push(`${path} ${mode}${md5(readFileSync(absolute))}`)
      else lines.push(`${path} ${mode}special`)
    }
  }
  try {
    visit('')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return lines.sort()
}

/** The objects below a cache or remote folder: their paths with modes. dv's own `.dv` and DVC's temporary names are no objects. */
export function listObjects(folder: string): string[] {
  return listFolder(folder, { without: ['.dv'] }).filter(line => /(?:^|\/)[0-9a-f]{2}\/[0-9a-f]{30}(?:\.dir)? /.test(line))
}

export const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')
