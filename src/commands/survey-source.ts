/** What there is at a source, without reading a byte of it. */

import { compareCodePoints } from '../base/code-points.ts'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { formatCount } from '../base/quantities.ts'
import { checkTreePath } from '../format/tree-path.ts'
import type { FileSource, SourceFile } from '../store/file-source.ts'

export interface Survey {
  readonly isFolder: boolean
  /** sorted by path; of a file the one whose path is '' */
  readonly files: readonly SourceFile[]
}

/** undefined: there is nothing. @throws DvError 'unsupported-file' when the names there cannot be those of files in a folder */
export async function surveySource(source: FileSource, versionId: string | undefined, context: Context): Promise<Survey | undefined> {
  context.report({ type: 'phase', name: `Asking ${source.label}` })
  const seen = await source.look(context.signal, versionId)
  if (seen === undefined || seen.kind === 'file') return seen && { isFolder: false, files: [seen] }
  const files: SourceFile[] = []
  for await (const page of source.files(context.signal)) {
    for (const file of page) files.push(file)
    context.report({ type: 'phase', name: `${formatCount(files.length, 'file')} at ${source.label}` })
  }
  files.sort((a, b) => compareCodePoints(a.path, b.path))
  assertFolder(files, source.label)
  return { isFolder: true, files }
}

/** Keys of a bucket are any text: `../x`, `a//b`, and both `a` and `a/b`. */
export function assertFolder(files: readonly { readonly path: string }[], label: string): void {
  const names = new Set(files.map(file => file.path))
  for (const { path } of files) {
    try {
      checkTreePath(path, process.platform)
    } catch (error) {
      if (!(error instanceof DvError)) throw error
      throw new DvError('unsupported-file', `${label} cannot be taken as a folder: ${error.message}`, { cause: error })
    }
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (names.has(path.slice(0, at)))
        throw new DvError(
          'unsupported-file',
          `${label} cannot be taken as a folder: ${JSON.stringify(path.slice(0, at))} is a file there and a folder, too`,
        )
  }
}
