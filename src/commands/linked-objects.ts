/** Objects that files of a work tree are symbolic links to: without them those files would lead nowhere. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isSystemError } from '../base/error.ts'
import { type ObjectId, parseObjectId } from '../base/object-id.ts'

/**
 * `outputs`: absolute paths. A target counts by its last two names, whatever leads to the cache. One listing for each folder: 100,000
 * files take 0.1 s.
 */
export function linkedObjects(outputs: Iterable<string>): ReadonlySet<ObjectId> {
  const found = new Set<ObjectId>()
  const note = (path: string): void => {
    const [, folder, name] = /(?:^|\/)([0-9a-f]{2})\/([0-9a-f]{30})$/.exec(readlinkSync(path)) ?? []
    if (folder !== undefined) found.add(parseObjectId(`${folder}${name}`))
  }
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isSymbolicLink()) note(path)
      else if (entry.isDirectory()) visit(path)
    }
  }
  for (const output of outputs) {
    try {
      const stats = lstatSync(output, { throwIfNoEntry: false })
      if (stats?.isSymbolicLink()) note(output)
      else if (stats?.isDirectory()) visit(output)
    } catch (error) {
      // What is taken away meanwhile, or may not be read, links to nothing that we could know of.
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) throw error
    }
  }
  return found
}
