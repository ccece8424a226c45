/** YAML in blocks, as DVC's writer prints fresh values: two spaces for a mapping, none for a list under its key. */
import { printScalar } from './yaml-scalar.ts'

export type YamlEntries = readonly (readonly [key: string, value: unknown])[]

/** Lines `key: value`, each with `indent` spaces before it and a line feed behind it. */
export const printEntries = (entries: YamlEntries, indent: number): string =>
  entries.map(([key, value]) => ' '.repeat(indent) + printEntry(key, value, indent)).join('')

/** One entry without the spaces before its first line: what goes behind `- `. */
export function printEntry(key: string, value: unknown, indent: number): string {
  if (key.includes('\n') || [...key].length >= longestKey) {
    const name = printScalar(key, { column: indent + 1, indent: indent + 2 })
    return `?${name}\n${' '.repeat(indent)}:${printValue(value, { column: indent + 1, indent })}`
  }
  const name = printScalar(key, { column: indent, indent, key: true })
  return `${name}:${printValue(value, { column: indent + [...name].length + 1, indent })}`
}

/** Characters; longer keys stand behind a question mark (ruamel, emitter.py, MAX_SIMPLE_KEY_LENGTH 128, from which the tag `!!str` is taken). */
const longestKey = 123

/** `column`: where `key:` or `-` ends. `indent`: that of the mapping or of the dash. */
function printValue(value: unknown, { column, indent }: { readonly column: number; readonly indent: number }): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${value.map(item => printItem(item, indent)).join('')}`
  if (isRecord(value)) {
    const entries = Object.entries(value)
    return entries.length === 0 ? ' {}\n' : `\n${printEntries(entries, indent + 2)}`
  }
  const line = printScalar(scalarOf(value), { column, indent: indent + 2 })
  return `${value === null || value === undefined ? '' : line}\n`
}

/** A list item: a mapping or another list begins on the line of the dash. */
function printItem(item: unknown, indent: number): string {
  const dash = `${' '.repeat(indent)}-`
  if (Array.isArray(item) && item.length > 0)
    return `${dash} ${item
      .map(inner => printItem(inner, indent + 2))
      .join('')
      .slice(indent + 2)}`
  if (isRecord(item) && Object.keys(item).length > 0) return `${dash} ${printEntries(Object.entries(item), indent + 2).slice(indent + 2)}`
  if (item === null || item === undefined) return `${dash} \n`
  return dash + printValue(item, { column: indent + 1, indent })
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const scalarOf = (value: unknown): string | number | boolean | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === null || value === undefined
      ? null
      : String(value)
