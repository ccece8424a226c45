/** From a verb's words to its options, by the flags that the verb declares. */
import { CommanderError, Option, Command as Parser } from 'commander'
import { DvError } from '../base/error.ts'
import type { AnyCommand, CommonOptions, Flag } from '../commands/command.ts'
import { usageLine } from './help.ts'

export const commonFlags: readonly Flag[] = [
  { name: 'quiet', short: 'q', summary: 'show nothing but errors' },
  { name: 'verbose', short: 'v', summary: 'with an error, show where it came from' },
  { name: 'help', short: 'h', summary: 'show this' },
]

/** @throws DvError 'usage' */
export function parseOptions(command: AnyCommand, words: readonly string[]): CommonOptions {
  const parser = new Parser(command.name)
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
  for (const argument of command.arguments) {
    const name = `${argument.name}${argument.many ? '...' : ''}`
    parser.argument(argument.optional ? `[${name}]` : `<${name}>`)
  }
  for (const flag of [...command.flags, ...commonFlags]) parser.addOption(optionOf(flag))
  try {
    parser.parse([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw new DvError('usage', `${ourWords(error.message)}\nusage: ${usageLine(command)}`, {
      hint: `dv ${command.name} --help`,
      cause: error,
    })
  }
  const values = Object.fromEntries(command.arguments.map((argument, at) => [argument.name, parser.processedArgs[at]]))
  return Object.fromEntries(Object.entries({ ...parser.opts(), ...values }).filter(([, value]) => value !== undefined))
}

const ourWords = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replace(/' argument missing$/, "' needs a value")
    .replace(/\. Expected (\d+) arguments? but got (\d+)\.$/, ': $2 where $1 are expected')
    .replace(/^too many arguments for '[^']*'/, 'too many arguments')

function optionOf(flag: Flag): Option {
  const name = `${flag.value}${flag.many ? '...' : ''}`
  const value = flag.value === undefined ? '' : flag.preset === undefined ? ` <${name}>` : ` [${name}]`
  const long = `--${flag.name}${value}`
  const option = new Option(flag.short ? `-${flag.short}, ${long}` : long, flag.summary)
  if (flag.preset !== undefined) option.preset(flag.preset)
  if (flag.choices) option.choices([...flag.choices])
  return flag.type === 'number' ? option.argParser(text => wholeNumber(flag.name, text)) : option
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new DvError('usage', `--${name} takes a whole number of at least 1, not '${text}'`)
  return Number(text)
}
