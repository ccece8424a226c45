/** Reads YAML 1.2 with the `yaml` package: for pointers that a person has edited. */
import { createRequire } from 'node:module'
import type * as yaml from 'yaml'
import { DvError } from '../base/error.ts'

export interface YamlDocument {
  /** plain JavaScript, aliases and merge keys resolved */
  readonly value: unknown
  readonly root: yaml.Document.Parsed
  readonly library: typeof yaml
  /** `line 2, column 3`, both from 1: where the value at `path` stands, or the nearest that encloses it */
  placeOf(path: readonly (string | number)[]): string
}

/**
 * `file` is for messages.
 * @throws DvError 'bad-pointer' with line and column
 */
export function readYaml(text: string, file: string): YamlDocument {
  const library = loadLibrary()
  const lines = new library.LineCounter()
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`
  }
  const fail = (why: string, cause?: unknown): never => {
    const marker = conflict.exec(text)
    const reason = marker ? `it has a git merge conflict, line ${text.slice(0, marker.index).split('\n').length}` : why
    throw new DvError('bad-pointer', `${file} is not valid YAML: ${reason}`, { cause })
  }
  try {
    const root = library.parseDocument(text, { ...options, lineCounter: lines })
    const [error] = root.errors
    if (error) fail(`${error.message}, ${place(error.pos[0])}`, error)
    const value: unknown = root.toJS({ maxAliasCount })
    if (holdsItself(value, new Set())) fail('a value that holds itself')
    return { value, root, library, placeOf: path => place(offsetOf(library, root, path)) }
  } catch (error) {
    if (error instanceof DvError) throw error
    // The parser throws RangeError on deep nesting and ReferenceError on aliases without end; whatever it throws, the text is at fault.
    return fail(error instanceof Error ? error.message : String(error), error)
  }
}

/** `stringKeys`: `1: x` is the key '1', as JSON has it. `merge`: DVC's reader knows `<<`. */
const options = { version: '1.2', merge: true, stringKeys: true, prettyErrors: false, logLevel: 'error' } as const
/** Against texts of a few lines that expand to gigabytes. */
const maxAliasCount = 100
/** How DVC knows a conflict, too (dvc/utils/strictyaml.py). */
const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m

function holdsItself(value: unknown, around: Set<unknown>): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (around.has(value)) return true
  around.add(value)
  const found = Object.values(value).some(inner => holdsItself(inner, around))
  around.delete(value)
  return found
}

/**
 * Called at the first pointer that is not in DVC's own form, which most runs never meet: the package takes 8 ms to start when
 * bundled and 25 ms when not, and there is no late `import()` without making every reader of a pointer asynchronous.
 */
function loadLibrary(): typeof yaml {
  loaded ??= createRequire(import.meta.url)('yaml') as typeof yaml
  return loaded
}

let loaded: typeof yaml | undefined

function offsetOf(library: typeof yaml, root: yaml.Document.Parsed, path: readonly (string | number)[]): number {
  let node: unknown = root.contents
  let offset = 0
  for (const step of path) {
    if (library.isMap(node)) {
      const pair = node.items.find(({ key }) => library.isScalar(key) && key.value === step)
      if (!pair) break
      if (library.isScalar(pair.key) && pair.key.range) offset = pair.key.range[0]
      node = pair.value
    } else if (library.isSeq(node)) {
      node = node.items[Number(step)]
      if (library.isNode(node) && node.range) offset = node.range[0]
    } else break
  }
  return offset
}
