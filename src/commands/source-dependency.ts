/** What a pointer says of a source, and whether that is still so. */
import type { Dependency } from '../format/dependency.ts'
import { markTreeId } from '../format/mark-tree.ts'
import type { FileSource, SourceFile } from '../store/file-source.ts'
import type { Survey } from './survey-source.ts'

export interface Described {
  readonly path: string
  /** `fs_config` */
  readonly options: Readonly<Record<string, unknown>>
  readonly hasVersions?: boolean
}

export function dependencyOf({ isFolder, files }: Survey, { markKey }: FileSource, { path, options, hasVersions }: Described): Dependency {
  const rest = { hash: 'md5', path, ...(Object.keys(options).length > 0 ? { fs_config: options } : {}) }
  const key = markKey ?? 'md5'
  const [file] = files
  if (!isFolder && file) return { [key]: file.mark, ...sizeOf(file), ...versionOf(file), ...rest }
  if (hasVersions || isVersioned({ fs_config: options }))
    return { ...rest, files: files.map(each => ({ relpath: each.path, [key]: each.mark, ...sizeOf(each), ...versionOf(each) })) }
  return { md5: markTreeId(files, key), size: files.reduce((sum, { size = 0 }) => sum + size, 0), nfiles: files.length, ...rest }
}

const sizeOf = ({ size }: SourceFile) => (size === undefined ? {} : { size })
const versionOf = ({ versionId }: SourceFile) => (versionId === undefined ? {} : { version_id: versionId })

/** Its place keeps versions: a file of which one is named, or whatever was imported with `--version-aware`. */
export const isVersioned = ({ version_id, files, fs_config }: Pick<Dependency, 'version_id' | 'files' | 'fs_config'>): boolean =>
  version_id !== undefined || files !== undefined || String(fs_config?.['version_aware']).toLowerCase() === 'true'

/** A dependency that says nothing of the data, after `--no-exec`, is the same as none. DVC writes md5 and checksum in small letters at times. */
export function isSameSource(a: Dependency, b: Dependency): boolean {
  const [one, other] = [fingerprintOf(a), fingerprintOf(b)]
  if (one === undefined || one !== other) return false
  return a.version_id === undefined || b.version_id === undefined || a.version_id === b.version_id
}

function fingerprintOf({ md5, etag, checksum, files }: Dependency): string | undefined {
  if (files !== undefined) return markTreeId(files.map(fileOfEntry), 'etag')
  return (md5 ?? checksum)?.toLowerCase() ?? etag
}

/** An entry of `files`. */
export const fileOfEntry = (entry: Readonly<Record<string, unknown>>): SourceFile => ({
  kind: 'file',
  path: String(entry['relpath']),
  size: typeof entry['size'] === 'number' ? entry['size'] : undefined,
  mark: String(entry['etag'] ?? entry['checksum'] ?? entry['md5'] ?? ''),
  versionId: typeof entry['version_id'] === 'string' ? entry['version_id'] : undefined,
})
