/**
 * YAML scalars as DVC's writer (ruamel.yaml 0.19, YAML 1.2, width 80) prints them: which style, which escapes, where lines fold.
 * Held to that writer by a list of some hundred odd texts in the tests.
 */

export interface ScalarPlace {
  /** characters that stand on the line already: `  path:` is 7 */
  readonly column: number
  /** spaces before a line that continues the scalar */
  readonly indent: number
  /** keys stay on one line */
  readonly key?: boolean
}

/** The scalar with the space before it, if any. A text stays a text: `'123'` is quoted, since 123 would be read as a number. */
export function printScalar(value: string | number | boolean | null, place: ScalarPlace): string {
  const line = typeof value === 'string' ? printText(value, place) : printPlain(printLiteral(value), place)
  return line ?? printDoubleQuoted([...String(value)], place)
}

/** Whether YAML 1.2 as DVC reads it takes the plain text for a text, not for a number, date, boolean, null or merge key. */
export function isTextWhenPlain(text: string): boolean {
  const rules = readsAs[text.charAt(0)]
  return rules === undefined ? text !== '' : !rules.some(rule => rule.test(text))
}

const integer = /^[-+]?(?:0b[01_]+|0o[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$/
const float =
  /^(?:[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN))$/
const date =
  /^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/
const boolean = /^(?:true|True|TRUE|false|False|FALSE)$/
const nothing = /^(?:~|null|Null|NULL)$/
const number = [integer, float]

/** By first character, as ruamel looks them up (resolver.py): a rule is not asked about texts that begin otherwise. */
const readsAs: Readonly<Record<string, readonly RegExp[]>> = {
  ...Object.fromEntries([...'0123456789'].map(digit => [digit, [integer, float, date]])),
  ...Object.fromEntries([...'tTfF'].map(letter => [letter, [boolean]])),
  '-': number,
  '+': number,
  '.': [float],
  '~': [nothing],
  n: [nothing],
  N: [nothing],
  '<': [/^<<$/],
  '=': [/^=$/],
}

/** Undefined: only double quotes carry the text. */
function printText(text: string, place: ScalarPlace): string | undefined {
  if (needsEscape.test(text)) return undefined
  if (isTextWhenPlain(text) && !notPlain.test(text)) return printPlain(text, place)
  return text.includes("'") ? undefined : printSingleQuoted(text, place)
}

/** What ruamel escapes; and the line breaks of YAML 1.1, which it writes raw between single quotes, so that other readers lose them. */
const needsEscape = /[^ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u
/** A leading indicator; `: ` or ` #` inside; a space at either end; a mark of a document. */
const notPlain = /^[#,[\]{}&*!|>'"%@` ]|^[-?:](?: |$)|: |:$| #| $|^---|^\.\.\./

function printLiteral(value: number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value)
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return String(value).replace(/e([-+])(\d)$/, 'e$10$2')
}

const width = 80

/** A word that would pass the width goes to the next line and leaves its space behind. Undefined where that would lose a space. */
function printPlain(text: string, { column, indent, key }: ScalarPlace): string | undefined {
  let line = key ? '' : ' '
  let at = column + line.length
  const newLine = `\n${' '.repeat(indent)}`
  for (const run of runsOf(text)) {
    const spaces = run[0] === ' '
    if (spaces && run.length === 1 && at >= width && !key) {
      line += newLine
      at = indent
    } else {
      if (!spaces && !key && at + widthOf(run) > width && at > indent) {
        if (line.endsWith('  ')) return undefined
        line += newLine
        at = indent
      }
      line += run
      at += widthOf(run)
    }
  }
  return line
}

/** Runs of spaces and runs of anything else, in turn. */
const runsOf = (text: string): readonly string[] => text.match(/ +|[^ ]+/g) ?? []
/** Columns, as Python counts them: code points. */
const widthOf = (run: string): number => [...run].length

/** A single space past the width becomes the line break. */
function printSingleQuoted(text: string, { column, indent, key }: ScalarPlace): string {
  let line = key ? "'" : " '"
  let at = column + line.length
  let done = 0
  for (const run of runsOf(text)) {
    const inner = done > 0 && done + run.length < text.length
    if (run[0] === ' ' && run.length === 1 && at > width && inner && !key) {
      line += `\n${' '.repeat(indent)}`
      at = indent
    } else {
      line += run
      at += widthOf(run)
    }
    done += run.length
  }
  return `${line}'`
}

const named: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escaped(unit: string): string {
  const code = unit.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  return `\\${named[unit] ?? (code <= 0xff ? `x${hex.padStart(2, '0')}` : `u${hex.padStart(4, '0')}`)}`
}

/**
 * Past the width, a line ends at a space or behind an escape: with a backslash, which keeps what follows, or, where one space
 * between two words stands there, without it, and the break is read as that space.
 */
function printDoubleQuoted(text: readonly string[], { column, indent, key }: ScalarPlace): string {
  let line = key ? '"' : ' "'
  let at = column + line.length
  let start = 0
  const put = (piece: string, length: number): void => {
    line += piece
    at += length
  }
  for (let end = 0; end <= text.length; end++) {
    const unit = text[end]
    if (unit === undefined || unit === '"' || unit === '\\' || needsEscape.test(unit)) {
      if (start < end) put(text.slice(start, end).join(''), end - start)
      if (unit !== undefined) put(escaped(unit), escaped(unit).length)
      start = unit === undefined ? end : end + 1
    }
    if (key || end === 0 || end >= text.length - 1 || at + (end - start) <= width || (unit !== ' ' && start < end)) continue
    const written = text.slice(start, end).join('')
    const atSpace = breaksAtSpace(text, start, end)
    if (start < end) start = end
    // ruamel leaves the backslash out behind some escapes where no space follows, and so adds a space to the text it writes.
    const kept = atSpace && text[start] === ' ' ? '' : '\\'
    line += written + kept
    line += `\n${' '.repeat(indent)}`
    at = indent
    if (text[start] === ' ') {
      if (kept === '') start++
      put(kept, kept.length)
    }
  }
  return `${line}"`
}

function breaksAtSpace(text: readonly string[], start: number, end: number): boolean {
  const space = text.indexOf(' ', end)
  if (start === end || space < 0 || space + 1 >= text.length) return false
  const line = text.indexOf('\n', end)
  const stop = line >= 0 && line < space ? line : space
  const next = text[stop + 1]
  if (next === ' ' || next === '\n' || (text[stop] === '\n' && next !== ' ')) return false
  if (text[end - 1] === ' ' && text[end] === ' ') return false
  return !text.slice(end, stop).some(unit => unit === '"' || unit === "'")
}
