/** Values of a config file: with or without quotes, lists, three quotes around what has line breaks or both kinds of quotes. */
import { DvError } from '../base/error.ts'

/**
 * Reads what stands behind `key =` on line `at`, `rest`, and the lines that a triple quote takes with it. Undefined when the quotes
 * do not fit. A list without quotes (`a, b`) comes out as `a,b`. What follows a `#` outside quotes is a comment.
 */
export function readConfigValue(
  lines: readonly string[],
  { at, rest }: { readonly at: number; readonly rest: string },
): { value: string; at: number } | undefined {
  const triple = rest.slice(0, 3)
  if (triple === "'''" || triple === '"""') return readTriple(lines, { at, rest, triple })
  const items = readItems(rest)
  return items && { value: items.join(','), at }
}

/**
 * As ConfigObj quotes (its `_quote`): only where the reader needs it. `oneLine`: names of sections and keys.
 * @throws DvError 'bad-config' for text that the format cannot hold
 */
export function quoteConfigValue(value: string, { oneLine = false } = {}): string {
  const impossible = (): never => {
    throw new DvError(
      'bad-config',
      `${JSON.stringify(value)} cannot be written to a config file: it has quotes or characters that the format cannot hold`,
    )
  }
  if (unwritable.test(value)) impossible()
  if (value === '') return '""'
  const mixed = value.includes("'") && value.includes('"')
  if (value.includes('\n') || mixed) {
    const quotes = value.includes("'''") ? '"""' : "'''"
    // A line of its own reads as the end when the same three quotes are in it.
    return oneLine || value.includes(quotes) ? impossible() : `${quotes}${value}${quotes}`
  }
  if (!needsQuotes.test(value)) return value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

/** Python breaks lines at all of these when it reads; `\n` alone is allowed between triple quotes. */
const unwritable = /[\0\r\v\f\x1c-\x1e\x85\u2028\u2029]/
/** White space or quotes at an end; a comma or a hash anywhere. DVC leaves white space outside ASCII bare there, and then loses it. */
const needsQuotes = /^[\s'"]|[\s'"]$|[,#]/

interface Triple {
  readonly at: number
  readonly rest: string
  readonly triple: string
}

function readTriple(lines: readonly string[], { at, rest, triple }: Triple): { value: string; at: number } | undefined {
  const first = endOfTriple(rest.slice(3), triple)
  if (first !== undefined) return { value: first, at }
  if (rest.includes(triple, 3)) return undefined
  // What follows a triple quote that is left open belongs to the value as it stands, so the untrimmed line is needed.
  const open = lines[at] ?? ''
  let value = open.slice(open.indexOf(triple) + 3)
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] ?? ''
    if (!line.includes(triple)) {
      value += `\n${line}`
      continue
    }
    const last = endOfTriple(line, triple)
    return last === undefined ? undefined : { value: `${value}\n${last}`, at: next }
  }
  return undefined
}

/** The text up to the closing quotes, if nothing but a comment stands behind them. */
function endOfTriple(line: string, triple: string): string | undefined {
  for (let at = line.indexOf(triple); at >= 0; at = line.indexOf(triple, at + 1)) {
    if (/^\s*(?:#|$)/.test(line.slice(at + 3))) return line.slice(0, at)
  }
  return undefined
}

/** Items between commas; mostly one. Undefined for what ConfigObj refuses. */
function readItems(text: string): string[] | undefined {
  const items: string[] = []
  let at = 0
  for (;;) {
    while (text[at] === ' ' || text[at] === '\t') at++
    const unit = text[at]
    if (unit === undefined || unit === '#') return items.length === 0 ? [''] : items
    if (unit === ',') return items.length === 0 && /^\s*(?:#|$)/.test(text.slice(at + 1)) ? [] : undefined
    const end = unit === "'" || unit === '"' ? endOfQuoted(text, at) : endOfBare(text, at)
    if (end === undefined) return undefined
    items.push(unit === "'" || unit === '"' ? text.slice(at + 1, end - 1) : text.slice(at, end).trimEnd())
    at = end
    while (text[at] === ' ' || text[at] === '\t') at++
    if (text[at] === ',') at++
    else return items
  }
}

/** Behind the first such quote that is followed by a comma, a comment or the end. */
function endOfQuoted(text: string, start: number): number | undefined {
  const quote = text[start] ?? ''
  for (let at = text.indexOf(quote, start + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (/^\s*(?:[,#]|$)/.test(text.slice(at + 1))) return at + 1
  }
  return undefined
}

function endOfBare(text: string, start: number): number {
  let at = start
  while (at < text.length && text[at] !== ',' && text[at] !== '#') at++
  return at
}
