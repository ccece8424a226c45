/** JSON text as Python's `json.dumps` writes it by default, which is what DVC hashes and prints. */
import { compareCodePoints } from '../base/code-points.ts'

/**
 * A JSON string in ASCII: everything else as lower-case `\uXXXX`, astral characters as two surrogates. Unlike JSON.stringify,
 * Python escapes DEL (0x7f), since it escapes whatever is not between space and `~`.
 */
export function quotePython(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(special, escaped)}"`
}

const plain = /^[ !#-[\]-~]*$/
const special = /[^ !#-[\]-~]/g
const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}
const escaped = (unit: string): string => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** `json.dumps(value, sort_keys=True)` of what YAML gives. A float without a fraction prints as a whole number, which it is in JavaScript. */
export function printPython(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printPython).join(', ')}]`
  if (typeof value === 'string') return quotePython(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const entries = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b))
  return `{${entries.map(([key, inner]) => `${quotePython(key)}: ${printPython(inner)}`).join(', ')}}`
}
