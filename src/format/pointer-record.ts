/** A pointer as plain keys and values in the order of DVC's file, and back. */
import { DvError } from '../base/error.ts'
import { parseObjectId } from '../base/object-id.ts'
import { contentOfFiles } from './cloud-files.ts'
import type { Output, Pointer } from './pointer.ts'
import { isRecord } from './yaml-print.ts'

export type PointerRecord = Readonly<Record<string, unknown>>

/** `get_dump` of dvc/stage/utils.py, with the old name `locked` beside `frozen`. */
const pointerOrder = ['desc', 'md5', 'wdir', 'frozen', 'locked', 'deps', 'outs', 'always_changed', 'meta']
/** `dumpd` of dvc/output.py. */
const outputOrder =
  'md5 etag checksum size nfiles isexec version_id cloud hash path fs_config desc type labels meta cache persist remote push files'.split(
    ' ',
  )

/** Only what differs from the default is written. */
export const recordOfPointer = ({ outputs, workingFolder, frozen, rest }: Pointer): PointerRecord =>
  inOrder(pointerOrder, {
    ...rest,
    wdir: workingFolder === '.' ? undefined : workingFolder,
    frozen: (frozen && rest.locked !== true) || undefined,
    locked: frozen ? rest.locked : undefined,
    outs: outputs.length > 0 ? outputs.map(recordOfOutput) : undefined,
  })

const recordOfOutput = (output: Output): PointerRecord =>
  inOrder(outputOrder, {
    ...output.rest,
    // `files` stands for them
    ...(Array.isArray(output.rest.files) ? {} : { md5: output.id, size: output.size, nfiles: output.fileCount }),
    isexec: output.executable || undefined,
    hash: output.hash === 'md5' ? 'md5' : undefined,
    path: output.path,
    cache: output.cached ? undefined : false,
    remote: output.remote,
    push: output.pushed ? undefined : false,
  })

function inOrder(order: readonly string[], values: PointerRecord): PointerRecord {
  const present = Object.keys(values).filter(key => values[key] !== undefined)
  const sorted = [...order.filter(key => present.includes(key)), ...present.filter(key => !order.includes(key))]
  return Object.fromEntries(sorted.map(key => [key, values[key]]))
}

/** Of a value that `checkPointer` has passed. `refuse` gets the path of what is wrong all the same. */
export function pointerOfRecord(record: PointerRecord, refuse: (path: readonly (string | number)[], why: string) => never): Pointer {
  const { outs, wdir, frozen, ...rest } = record
  const outputs = Array.isArray(outs) ? outs.filter(isRecord) : []
  return {
    outputs: outputs.map((out, index) => outputOfRecord(out, (key, why) => refuse(['outs', index, key], why))),
    workingFolder: typeof wdir === 'string' && wdir !== '' ? wdir : '.',
    imported: Array.isArray(rest.deps) && rest.deps.length > 0,
    frozen: frozen === true || rest.locked === true,
    rest,
  }
}

function outputOfRecord(record: PointerRecord, refuse: (key: string, why: string) => never): Output {
  const { md5, size, nfiles, isexec, hash, path, cache, remote, push, ...rest } = record
  if (hash !== undefined && hash !== 'md5' && hash !== 'md5-dos2unix') refuse('hash', `unknown hash ${JSON.stringify(hash)}`)
  if (path === '') refuse('path', 'expected a path')
  return {
    path: String(path),
    ...(md5 === undefined || md5 === null || md5 === '' ? {} : { id: readId(String(md5), refuse) }),
    hash: hash === 'md5' ? 'md5' : 'md5-dos2unix',
    ...(typeof size === 'number' ? { size } : {}),
    ...(typeof nfiles === 'number' ? { fileCount: nfiles } : {}),
    ...(Array.isArray(rest.files) ? readFiles(rest.files, refuse) : {}),
    ...(isexec === true ? { executable: true } : {}),
    ...(typeof remote === 'string' ? { remote } : {}),
    cached: cache !== false,
    pushed: push !== false,
    rest,
  }
}

function readFiles(files: readonly unknown[], refuse: (key: string, why: string) => never): Partial<Output> {
  try {
    return contentOfFiles(files) ?? {}
  } catch (error) {
    if (error instanceof DvError) refuse('files', error.message)
    throw error
  }
}

function readId(text: string, refuse: (key: string, why: string) => never): NonNullable<Output['id']> {
  try {
    return parseObjectId(text)
  } catch (error) {
    if (error instanceof DvError) refuse('md5', error.message)
    throw error
  }
}
