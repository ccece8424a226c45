/** Writes changed values into a YAML text and leaves everything else as it is: comments, order, blank lines, quotes, indentation. */
import { isDeepStrictEqual } from 'node:util'
import type * as yaml from 'yaml'
import { readYaml } from './yaml-document.ts'
import { isRecord, printEntry } from './yaml-print.ts'
import { isTextWhenPlain, printScalar } from './yaml-scalar.ts'

type Values = Readonly<Record<string, unknown>>
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}
interface Work {
  readonly text: string
  readonly library: typeof yaml
  readonly edits: Edit[]
}

/**
 * Carries what differs between `before` and `after` over into the text, whose top is a mapping with `before` in it. Undefined
 * where the text has a form that cannot be patched (aliases, a flow mapping at the top): the caller writes it anew then.
 * @throws DvError 'bad-pointer' when the text is not YAML
 */
export function spliceYaml(old: string, before: Values, after: Values): string | undefined {
  const newLine = old.includes('\r\n') ? '\r\n' : '\n'
  const text = old.endsWith('\n') || old === '' ? old : old + newLine
  const { root, library } = readYaml(text, 'the old text')
  const work: Work = { text, library, edits: [] }
  if (!changeMap(work, root.contents, { before, after })) return undefined
  let result = text
  // From the end, and of two at one place what was found last first: a mapping's new keys come behind those of the mapping in it.
  const edits = work.edits.reverse().sort((a, b) => b.start - a.start || b.end - a.end)
  for (const { start, end, text } of edits) {
    result = result.slice(0, start) + text.replaceAll('\n', newLine) + result.slice(end)
  }
  return result
}

/** Each of these returns false when it cannot do its part. */
function changeMap(work: Work, node: unknown, { before, after }: { before: Values; after: Values }): boolean {
  if (!work.library.isMap(node) || !node.range) return false
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(key => !isDeepStrictEqual(before[key], after[key]))
  if (keys.length === 0) return true
  if (node.flow) return replaceFlow(work, node.range, after)
  const added: string[] = []
  for (const key of keys) {
    const index = node.items.findIndex(pair => work.library.isScalar(pair.key) && pair.key.value === key)
    const pair = node.items[index]
    if (!pair) {
      if (Object.hasOwn(before, key)) return false
      added.push(key)
    } else if (!Object.hasOwn(after, key)) {
      if (!removePair(work, node, index)) return false
    } else if (!changeValue(work, pair.value, { before: before[key], after: after[key] })) {
      if (!removePair(work, node, index)) return false
      added.push(key)
    }
  }
  return (
    added.length === 0 ||
    appendPairs(
      work,
      node,
      added.map(key => [key, after[key]] as const),
    )
  )
}

function changeValue(work: Work, node: unknown, { before, after }: { before: unknown; after: unknown }): boolean {
  if (isDeepStrictEqual(before, after)) return true
  if (isRecord(before) && isRecord(after)) return changeMap(work, node, { before, after })
  if (Array.isArray(before) && Array.isArray(after)) return changeList(work, node, { before, after })
  if (!work.library.isScalar(node) || !node.range || isRecord(after) || Array.isArray(after) || after === undefined) return false
  const [start, end] = node.range
  const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL'
  const isEmpty = start === end
  if (isBlock || isEmpty) return false
  const column = start - lineStart(work.text, start) - 1
  const value = after as string | number | boolean | null
  work.edits.push({ start, end, text: printScalar(value, { column, indent: indentAt(work.text, start) + 2 }).trimStart() || 'null' })
  return true
}

/** By position, as DVC does; a list of another length is written anew. */
function changeList(work: Work, node: unknown, { before, after }: { before: readonly unknown[]; after: readonly unknown[] }): boolean {
  if (!work.library.isSeq(node) || !node.range) return false
  if (node.flow) return replaceFlow(work, node.range, after)
  if (node.items.length !== after.length) return false
  return after.every((value, index) => changeValue(work, node.items[index], { before: before[index], after: value }))
}

function replaceFlow(work: Work, range: yaml.Range, value: unknown): boolean {
  work.edits.push({ start: range[0], end: range[1], text: printFlow(value) })
  return true
}

function printFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printFlow).join(', ')}]`
  if (isRecord(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${printFlow(key)}: ${printFlow(inner)}`)
    return `{${pairs.join(', ')}}`
  }
  if (typeof value !== 'string') return value === undefined ? 'null' : JSON.stringify(value)
  return /^[\w/.][\w/. -]*$/.test(value) && !value.endsWith(' ') && isTextWhenPlain(value) ? value : JSON.stringify(value)
}

/** Takes whole lines; of the first key of a list item only what stands behind the dash. */
function removePair(work: Work, map: yaml.YAMLMap, index: number): boolean {
  const { text, library, edits } = work
  const pair = map.items[index]
  const next = map.items[index + 1]
  const start = startOf(library, pair)
  if (!pair || start === undefined) return false
  const line = lineStart(text, start)
  const end = lineEnd(text, contentEnd(library, pair))
  if (text.slice(line, start).trim() === '') {
    edits.push({ start: line, end, text: '' })
    return true
  }
  const nextStart = next && startOf(library, next)
  if (nextStart === undefined) return false
  const between = text.slice(end, nextStart)
  if (between.trim() === '') edits.push({ start, end: nextStart, text: '' })
  else edits.push({ start: text.slice(0, start).trimEnd().length, end, text: '\n' })
  return true
}

function appendPairs(work: Work, map: yaml.YAMLMap, pairs: readonly (readonly [key: string, value: unknown])[]): boolean {
  const { text, library, edits } = work
  const first = startOf(library, map.items[0])
  const last = map.items.at(-1)
  if (first === undefined || !last) return false
  const indent = first - lineStart(text, first)
  const at = lineEnd(text, contentEnd(library, last))
  edits.push({ start: at, end: at, text: pairs.map(([key, value]) => ' '.repeat(indent) + printEntry(key, value, indent)).join('') })
  return true
}

const startOf = (library: typeof yaml, pair: yaml.Pair | undefined): number | undefined =>
  pair && library.isScalar(pair.key) ? pair.key.range?.[0] : undefined

/** Where the last thing that belongs to a node ends, without the comments and blank lines behind it. */
function contentEnd(library: typeof yaml, node: unknown): number {
  if (library.isPair(node)) return Math.max(contentEnd(library, node.key), contentEnd(library, node.value))
  if (library.isCollection(node) && !node.flow && node.items.length > 0) return contentEnd(library, node.items.at(-1))
  return library.isNode(node) && node.range ? node.range[1] : 0
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

/** Behind the line feed. A block scalar ends there already. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

const indentAt = (text: string, at: number): number => /^[ -]*/.exec(text.slice(lineStart(text, at)))?.[0].length ?? 0
