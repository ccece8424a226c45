/** A folder with all that can change in it, to compare before and after. */

import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** One line a file, folder or link: mode, kind, path, md5 of the bytes. Without `.git` and `.dvc/tmp`, where git and dv keep what they have learnt. */
export function listWhole(folder: string): readonly string[] {
  const lines: string[] = []
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const at = path === '' ? name : `${path}/${name}`
      if (/(^|\/)(\.git|\.dvc\/tmp|\.dvc\/cache\/\.dv)$/.test(at)) continue
      const stats = lstatSync(join(folder, at))
      const mode = (stats.mode & 0o777).toString(8)
      if (stats.isSymbolicLink()) lines.push(`${at} -> ${readlinkSync(join(folder, at))}`)
      else if (stats.isDirectory()) {
        lines.push(`${mode} ${at}/`)
        visit(at)
      } else
        lines.push(
          `${mode} ${at} ${createHash('md5')
            .update(readFileSync(join(folder, at)))
            .digest('hex')}`,
        )
    }
  }
  visit('')
  return lines
}
