/** The pointer of an import, as DVC writes it. */
import { type Dependency, withSource } from '../format/dependency.ts'
import type { Output, Pointer } from '../format/pointer.ts'
import { checksumOfPointer } from '../format/pointer-checksum.ts'
import type { Content } from './record-output.ts'

export interface Imported {
  readonly source: Dependency
  /** undefined: the data was not downloaded */
  readonly content: Content | undefined
  /** default true; false where nothing is known of the data yet, after `--no-exec` */
  readonly hasChecksum?: boolean
  /** false: the data has versions at its source, and is not sent to a remote */
  readonly pushed?: boolean
}

/** For a new import. What a person has noted in a pointer that was there before stays (`restore_fields` of dvc/stage). */
export function freshImport(name: string, old: Pointer | undefined, imported: Imported): Pointer {
  const before = old?.outputs.find(output => output.path === name)
  const noted = (values: Readonly<Record<string, unknown>> | undefined, keys: readonly string[]): Readonly<Record<string, unknown>> =>
    Object.fromEntries(keys.flatMap(key => (values?.[key] === undefined ? [] : [[key, values[key]]])))
  const output: Output = {
    path: name,
    hash: 'md5',
    cached: true,
    pushed: imported.pushed ?? before?.pushed ?? true,
    ...(before?.remote === undefined ? {} : { remote: before.remote }),
    rest: noted(before?.rest, ['desc', 'type', 'labels', 'meta']),
  }
  return updatedImport(
    { outputs: [output], workingFolder: '.', imported: true, frozen: true, rest: noted(old?.rest, ['desc', 'meta']) },
    imported,
  )
}

/** The same import with another state of its source. */
export function updatedImport(pointer: Pointer, { source, content, hasChecksum = true, pushed }: Imported): Pointer {
  const outputs = pointer.outputs.map((output): Output => {
    const { id: _id, size: _size, fileCount: _fileCount, executable: _executable, ...rest } = output
    return { ...rest, ...content, hash: 'md5', pushed: pushed ?? output.pushed }
  })
  const { md5: _md5, ...rest } = pointer.rest
  const changed = withSource({ ...pointer, outputs, rest }, source)
  const md5 = hasChecksum ? checksumOfPointer(changed) : undefined
  return md5 === undefined ? changed : { ...changed, rest: { ...changed.rest, md5 } }
}
