/** A config file, in the dialect of INI that DVC reads and writes with ConfigObj 5. */
import { DvError } from '../base/error.ts'
import { quoteConfigValue, readConfigValue } from './config-value.ts'

/** One section, in the order of the file. */
export interface ConfigSection {
  /** lower-cased: `core`, or `remote "name"` without outer quotes */
  readonly section: string
  readonly values: readonly (readonly [key: string, value: string])[]
}

export type ConfigFile = readonly ConfigSection[]

/**
 * Names of sections and keys come out in lower case, a list without quotes as `a,b`. `file` is for messages.
 * @throws DvError 'bad-config' with the line
 */
export function parseConfigFile(text: string, file: string): ConfigFile {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const sections = new Map<string, Section>()
  let top: Section | undefined
  let current: Section | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim()
    const number = at + 1
    const fail = (why: string): never => {
      throw new DvError('bad-config', `${file} cannot be read: ${why}, line ${number}`)
    }
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      const { depth, name } = readMarker(line) ?? fail('a section that is not closed')
      if (depth > 2 || (depth === 2 && !top)) fail('a section too deep')
      current = openSection(sections, { name, parent: depth === 2 ? top : undefined, fail })
      if (depth === 1) top = current
    } else {
      const { key, rest } = readKey(line) ?? fail('neither a section nor a key')
      const value = readConfigValue(lines, { at, rest }) ?? fail(`the value of '${key}' is quoted wrongly`)
      if (!current) return fail(`extra keys not allowed @ data['${key}']`)
      if (current.typed.has(key)) fail(`'${key}' is set twice`)
      if (interpolation.test(value.value)) fail(`'${key}' refers to another key by %(…)s, which dv does not follow`)
      current.typed.add(key)
      current.values.set(key.toLowerCase(), value.value)
      at = value.at
    }
  }
  return [...sections].map(([section, { values }]) => ({ section, values: [...values] }))
}

/**
 * DVC's bytes: no comments, no blank lines, no empty sections; named sections behind the plain ones, remotes first. Nothing at all
 * is an empty file, as `dvc init` makes it (where the last key is unset, DVC leaves one line feed).
 * @throws DvError 'bad-config' for a value that the format cannot hold
 */
export function printConfigFile(config: ConfigFile): string {
  const filled = config.filter(({ values }) => values.length > 0)
  const ranked = kinds.flatMap(kind => filled.filter(({ section }) => kind === (namedSection.exec(section)?.[1] ?? '')))
  const lines = ranked.flatMap(({ section, values }) => [
    `[${quoteConfigValue(section, { oneLine: true })}]`,
    ...values.map(([key, value]) => `    ${quoteConfigValue(key, { oneLine: true })} = ${quoteConfigValue(value)}`),
  ])
  return lines.map(line => `${line}\n`).join('')
}

/** What DVC writes last is `_pack_named` in dvc/config.py. */
const kinds = ['', 'remote', 'machine', 'db']
const namedSection = /^\s*(remote|machine|db)\s*"(.*)"\s*$/s
/** ConfigObj replaces it by the value of that key when it reads. */
const interpolation = /%\([^)]*\)s/

interface Section {
  /** as typed, since two keys that differ in case are no duplicates to ConfigObj: the last one counts */
  readonly typed: Set<string>
  readonly values: Map<string, string>
  readonly name: string
}

interface NewSection {
  readonly name: string
  readonly parent: Section | undefined
  readonly fail: (why: string) => never
}

/** `[remote]` with `[[name]]` below is the same as `['remote "name"']`. A section that comes again in another case replaces the first. */
function openSection(sections: Map<string, Section>, { name, parent, fail }: NewSection): Section {
  if (parent && !/^(?:remote|machine|db)$/.test(parent.name.toLowerCase()))
    fail(`extra keys not allowed @ data['${parent.name}']['${name}']`)
  const full = parent ? `${parent.name} "${name}"` : name
  const [, kind, inner] = namedSection.exec(full.toLowerCase()) ?? []
  const section = kind === undefined ? full.toLowerCase() : `${kind} "${inner}"`
  if (sections.get(section)?.name === full) fail(`the section ${full} comes twice`)
  const opened: Section = { typed: new Set(), values: new Map(), name: full }
  sections.set(section, opened)
  return opened
}

/** `[name]`, `['name']`, `["name"]`, `[[name]]`, with a comment behind it or not. */
function readMarker(line: string): { depth: number; name: string } | undefined {
  const depth = /^(?:\[\s*)+/.exec(line)?.[0] ?? ''
  const quote = /^['"]/.exec(line.slice(depth.length))?.[0]
  const end = quote === undefined ? line.indexOf(']', depth.length) : closingQuote(line, { quote, from: depth.length + 1, before: ']' }) + 1
  if (end <= depth.length) return undefined
  const name = quote === undefined ? line.slice(depth.length, end).trim() : line.slice(depth.length + 1, end - 1)
  const rest = /^\s*((?:\]\s*)+)(?:#.*)?$/s.exec(line.slice(end))?.[1]
  const count = depth.split('[').length - 1
  return rest === undefined || name.trim() === '' || rest.split(']').length - 1 !== count ? undefined : { depth: count, name }
}

function readKey(line: string): { key: string; rest: string } | undefined {
  const quote = /^['"]/.exec(line)?.[0]
  if (quote !== undefined) {
    const end = closingQuote(line, { quote, from: 1, before: '=' })
    return end < 0 ? undefined : { key: line.slice(1, end), rest: line.slice(line.indexOf('=', end) + 1).trim() }
  }
  const end = line.indexOf('=')
  return end < 1 ? undefined : { key: line.slice(0, end).trimEnd(), rest: line.slice(end + 1).trim() }
}

/** The first such quote that has `before` behind it, spaces aside; -1 if there is none. */
function closingQuote(line: string, { quote, from, before }: { quote: string; from: number; before: string }): number {
  for (let at = line.indexOf(quote, from); at >= 0; at = line.indexOf(quote, at + 1)) {
    let next = at + 1
    while (line[next] === ' ' || line[next] === '\t') next++
    if (line[next] === before) return at
  }
  return -1
}
