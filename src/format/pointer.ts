/** A pointer: the small YAML file `NAME.dvc` that stands in git for data kept elsewhere. */
import { isDeepStrictEqual } from 'node:util'
import { DvError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { readCanonicalPointer } from './canonical-pointer.ts'
import { type PointerRecord, pointerOfRecord, recordOfPointer } from './pointer-record.ts'
import { checkPointer, type KeyPath } from './pointer-schema.ts'
import { readYaml, type YamlDocument } from './yaml-document.ts'
import { isRecord, printEntries } from './yaml-print.ts'
import { spliceYaml } from './yaml-splice.ts'

export interface Output {
  /** as written: relative to the working folder, or absolute, or a URL */
  readonly path: string
  /** missing when the data was never saved, or when it is kept by cloud versions */
  readonly id?: ObjectId
  readonly hash: HashKind
  /** bytes, of all files together */
  readonly size?: number
  /** files of a folder; a pointer to a single file has none */
  readonly fileCount?: number
  readonly executable?: boolean
  /** the one remote that this output is sent to */
  readonly remote?: string
  /** false: `cache: false`, the file is in git itself */
  readonly cached: boolean
  /** false: `push: false`, never sent to a remote */
  readonly pushed: boolean
  /** every other key: desc, meta, labels, type, cloud, files, version_id … */
  readonly rest: Readonly<Record<string, unknown>>
}

export interface Pointer {
  readonly outputs: readonly Output[]
  /** `wdir`, relative to the pointer's folder, by default `.` */
  readonly workingFolder: string
  /** it has `deps`: made by `import` or `import-url` */
  readonly imported: boolean
  readonly frozen: boolean
  /** every other key: md5, deps, desc, meta … */
  readonly rest: Readonly<Record<string, unknown>>
}

/**
 * Reads a pointer; an empty text has no outputs. `file` is for messages, as the user would name it. DVC's own form is read by hand.
 * @throws DvError 'bad-pointer' with line and column: YAML that is none, a key that DVC does not know, a value of a wrong type
 */
export function parsePointer(text: string, file: string): Pointer {
  return readCanonicalPointer(text) ?? readAnyPointer(text, file)
}

/** A fresh text, as DVC writes it. Annotations and unknown outputs keep their values, not their comments: for that there is updatePointer. */
export function printPointer(pointer: Pointer): string {
  return printEntries(Object.entries(recordOfPointer(pointer)), 0) || '{}\n'
}

/**
 * The old text with what changed written into it. Comments, order, blank lines, quotes and indentation of the rest stay; new keys
 * go to the end of their mapping and keys that vanished go with their line, as DVC has it.
 */
export function updatePointer(text: string, pointer: Pointer): string {
  const old = parsePointer(text, 'the old pointer')
  const before = recordOfPointer(old)
  const after = recordOfPointer(pointer)
  if (isDeepStrictEqual(before, after)) return text
  const fresh = printPointer(pointer)
  if (isDeepStrictEqual(keysOf(before), keysOf(after)) && printPointer(old) === text) return fresh
  const spliced = spliceYaml(text, before, after)
  // What is written is read once more: whatever a person wrote there, a pointer that names other data must not come of it.
  return spliced !== undefined && saysTheSame(spliced, after) ? spliced : fresh
}

function readAnyPointer(text: string, file: string): Pointer {
  const { value, root, placeOf } = readYaml(text, file)
  const refuse = (path: KeyPath, why: string): never => {
    const where = path.length > 0 ? ` in ${path.join(' -> ')}` : ''
    throw new DvError('bad-pointer', `${file} is not a pointer: ${why}${where}, ${placeOf(path)}`)
  }
  const record = value ?? {}
  checkPointer(record, refuse)
  return pointerOfRecord(withChecksumsAsTyped(record, root), refuse)
}

/** An md5 of digits alone, typed without quotes, was read as a number: takes it from the text. */
function withChecksumsAsTyped(record: PointerRecord, root: YamlDocument['root']): PointerRecord {
  if (!Array.isArray(record.outs)) return record
  const outs = record.outs.map((out: PointerRecord, index) => {
    if (typeof out.md5 !== 'number') return out
    const node: unknown = root.getIn(['outs', index, 'md5'], true)
    const source = isRecord(node) ? node.source : undefined
    return { ...out, md5: typeof source === 'string' ? source : String(out.md5) }
  })
  return { ...record, outs }
}

/** The shape without the values: where it stays, nothing has to be appended. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysOf)
  return isRecord(value) ? Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]) : null
}

function saysTheSame(text: string, record: PointerRecord): boolean {
  try {
    return isDeepStrictEqual(recordOfPointer(parsePointer(text, '')), record)
  } catch (error) {
    if (error instanceof DvError && error.code === 'bad-pointer') return false
    throw error
  }
}
