/** Reads a pointer in the form that DVC writes, which nearly all are: 1 us, where the YAML package takes 0.4 ms and 25 ms to load. */
import type { ObjectId } from '../base/object-id.ts'
import type { Output, Pointer } from './pointer.ts'
import { isTextWhenPlain } from './yaml-scalar.ts'

const head = 'outs:\n'
/** The keys in DVC's order, and a path on one line, plain or between single quotes. A word too long for its line stands on the next. */
const outputForm =
  /- md5: ([0-9a-f]{32}(?:\.dir)?)\n(?: {2}size: ([0-9]{1,15})\n)?(?: {2}nfiles: ([0-9]{1,9})\n)?(?: {2}isexec: (true)\n)?(?: {2}hash: (md5)\n)? {2}path: (?:'([^'\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\uffff]+)'|(?:\n {4})?([\w/.~\u00c0-\u024f](?:[\w/.,+=@()~\-\u00c0-\u024f]| (?! ))*))\n/y

/** Undefined when the text has any other form, be it valid or not. Colons, hashes and long folded names are left to the package. */
export function readCanonicalPointer(text: string): Pointer | undefined {
  if (!text.startsWith(head)) return undefined
  const outputs: Output[] = []
  outputForm.lastIndex = head.length
  do {
    const match = outputForm.exec(text)
    const output = match && readOutput(match)
    if (!output) return undefined
    outputs.push(output)
  } while (outputForm.lastIndex < text.length)
  return { outputs, workingFolder: '.', imported: false, frozen: false, rest: {} }
}

function readOutput([, md5, size, fileCount, executable, hash, quoted, plain]: RegExpExecArray): Output | undefined {
  if (plain !== undefined && (plain.endsWith(' ') || plain.startsWith('...') || !isTextWhenPlain(plain))) return undefined
  return {
    path: quoted ?? plain ?? '',
    id: md5 as ObjectId,
    hash: hash === undefined ? 'md5-dos2unix' : 'md5',
    ...(size === undefined ? undefined : { size: Number(size) }),
    ...(fileCount === undefined ? undefined : { fileCount: Number(fileCount) }),
    ...(executable === undefined ? undefined : { executable: true }),
    cached: true,
    pushed: true,
    rest: {},
  }
}
