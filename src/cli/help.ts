/** Help as text, made from the verbs themselves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AnyCommand, Argument, Flag } from '../commands/command.ts'
import { commonFlags } from './parse-options.ts'
import { verbs } from './table.ts'

/** shared by all verbs; DVC's numbers */
const commonExits = [
  { status: 0, what: 'done' },
  { status: 251, what: 'a configuration that cannot be used' },
  { status: 252, what: 'stopped by Ctrl-C; the same command goes on where it stopped' },
  { status: 253, what: 'not inside of a repository' },
  { status: 254, what: 'a command line that makes no sense' },
]

export function usageLine(command: AnyCommand): string {
  return ['dv', command.name, ...(command.flags.length > 0 ? ['[options]'] : []), ...command.arguments.map(shownArgument)].join(' ')
}

export function commandHelp(command: AnyCommand): string {
  return [
    `usage: ${usageLine(command)}`,
    `${command.summary}.${command.details ? `\n\n${command.details}` : ''}`,
    ...(command.arguments.length > 0 ? [section('arguments', table(command.arguments.map(each => [each.name, each.summary])))] : []),
    section('options', table([...command.flags, ...commonFlags].map(flag => [shownFlag(flag), flag.summary]))),
    section(
      'examples',
      command.examples.map(({ line, what }) => `  ${line}\n      ${what}`),
    ),
    section(
      'exit status',
      table(
        [...commonExits, ...(command.exits ?? [])]
          .filter((exit, _, all) => all.findLast(each => each.status === exit.status) === exit)
          .sort((a, b) => a.status - b.status)
          .map(exit => [String(exit.status), exit.what]),
      ),
    ),
  ].join('\n\n')
}

export function generalHelp(): string {
  const rows = Object.entries(verbs).map(([name, verb]) => [name, verb.summary] as const)
  return [
    'usage: dv [--cd folder] <command> [options] [targets]',
    'dv versions data with the git you have: small pointers in git, data in a cache and on a remote. It reads and writes what DVC reads and writes.',
    section(
      'commands',
      table([...rows, ['help', 'Show help about a command or a topic'], ['completion', 'Print a completion script for bash, zsh or fish']]),
    ),
    section('topics', table(topics().map(topic => [topic.name, topic.title]))),
    'dv <command> --help tells the rest.\n',
  ].join('\n\n')
}

/** For `dv remote`; undefined when no verb begins so. */
export function groupHelp(group: string): string | undefined {
  const rows = Object.entries(verbs).filter(([name]) => name.startsWith(`${group} `))
  if (rows.length === 0) return undefined
  return [
    `usage: dv ${group} <command>`,
    section('commands', table(rows.map(([name, verb]) => [name, verb.summary]))),
    `dv ${group} <command> --help tells the rest.\n`,
  ].join('\n\n')
}

export const topicHelp = (name: string): string | undefined => {
  const topic = topics().find(each => each.name === name)
  return topic && readFileSync(topic.file, 'utf8')
}

interface Topic {
  readonly name: string
  readonly title: string
  readonly file: string
}

/** The pages lie beside this file, and beside the bundle they are found in the package's src. */
function topics(): readonly Topic[] {
  const folder = [new URL('./help/', import.meta.url), new URL('../src/cli/help/', import.meta.url)]
    .map(url => fileURLToPath(url))
    .find(each => existsSync(each))
  if (folder === undefined) return []
  return readdirSync(folder)
    .filter(file => file.endsWith('.md'))
    .sort()
    .map(file => ({
      name: file.slice(0, -'.md'.length),
      title: readFileSync(`${folder}${file}`, 'utf8').split('\n', 1)[0]?.replace(/^# /, '') ?? '',
      file: `${folder}${file}`,
    }))
}

const section = (title: string, lines: readonly string[]): string => `${title}:\n${lines.join('\n')}${title === 'exit status' ? '\n' : ''}`

export const shownFlag = (flag: Flag): string => `${flag.short ? `-${flag.short}, ` : '    '}--${flag.name}${shownValue(flag)}`

function shownValue({ value, many, preset }: Flag): string {
  if (value === undefined) return ''
  const name = `${value}${many ? '...' : ''}`
  return preset === undefined ? ` <${name}>` : `[=${name}]`
}

const shownArgument = (argument: Argument): string => {
  const name = `${argument.name}${argument.many ? '...' : ''}`
  return argument.optional ? `[${name}]` : `<${name}>`
}

function table(rows: readonly (readonly [left: string, right: string])[]): readonly string[] {
  const width = Math.min(30, Math.max(0, ...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
