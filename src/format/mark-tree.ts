/** What DVC writes of a folder in a bucket that keeps no versions: one md5 over what the bucket says of each file. */
import { createHash } from 'node:crypto'
import { compareCodePoints } from '../base/code-points.ts'
import { printPython } from './python-json.ts'

export interface MarkedFile {
  readonly path: string
  readonly mark: string
}

/** A `.dir` whose entries have `key` where those of a tree have `md5` (dvc_data/hashfile/build.py, `_build_external_tree_info`). */
export function markTreeId(files: readonly MarkedFile[], key: string): string {
  const sorted = [...files].sort((a, b) => compareCodePoints(a.path, b.path))
  const text = printPython(sorted.map(({ path, mark }) => ({ [key]: mark, relpath: path })))
  return `${createHash('md5').update(text).digest('hex')}.dir`
}
