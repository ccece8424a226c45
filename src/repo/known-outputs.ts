/** Which outputs dv has put into this work tree, so that a checkout can take away what another commit no longer names. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DvError, isSystemError } from '../base/error.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { isObjectId } from '../base/object-id.ts'
import { resolveOutputPath } from '../format/output-path.ts'
import { replaceFile } from './replace-file.ts'

export interface KnownOutput {
  /** absolute */
  readonly path: string
  readonly id: ObjectId
  readonly hash: HashKind
}

const fileOf = (root: string): string => join(root, '.dvc', 'tmp', 'dv', 'known-outputs')

/**
 * One line an output: id, kind, path as JSON. A line that does not read so is passed over: losing it leaves data where it is. So is a path
 * where no output may lie, since a stranger may have committed this file.
 */
export function readKnownOutputs(root: string): readonly KnownOutput[] {
  return readText(root)
    .split('\n')
    .flatMap(line => {
      const [id = '', hash, ...path] = line.split(' ')
      if (!isObjectId(id) || (hash !== 'md5' && hash !== 'md5-dos2unix')) return []
      const place = placeOf(root, path.join(' '))
      return place === undefined ? [] : [{ id, hash, path: place }]
    })
}

function placeOf(root: string, text: string): string | undefined {
  try {
    return resolveOutputPath({ root, pointerFile: fileOf(root), workingFolder: root, path: String(JSON.parse(text)) })
  } catch (error) {
    if (error instanceof DvError || Object(error).name === 'SyntaxError') return undefined
    throw error
  }
}

/** Adds `found` and takes out `gone` (absolute paths). Keeps quiet where it may not write: then nothing was put there either. */
export function rememberOutputs(root: string, found: readonly KnownOutput[], gone: readonly string[] = []): void {
  const before = readText(root)
  const outputs = new Map(readKnownOutputs(root).map(output => [output.path, output]))
  for (const output of found) outputs.set(output.path, output)
  for (const path of gone) outputs.delete(path)
  const after = [...outputs.values()].map(({ id, hash, path }) => `${id} ${hash} ${JSON.stringify(relative(root, path))}\n`).join('')
  if (after !== before) writeIfAllowed(fileOf(root), after)
}

function writeIfAllowed(file: string, text: string): void {
  try {
    replaceFile(file, text)
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) throw error
  }
}

function readText(root: string): string {
  try {
    return readFileSync(fileOf(root), 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return ''
    throw error
  }
}
