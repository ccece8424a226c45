/** One call of dv: find the verb, read its options, run it, show what came of it. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { version } from '../base/version.ts'
import type { AnyCommand, CommonOptions } from '../commands/command.ts'
import { askYesOrNo, type ReadLine } from './ask.ts'
import { completionScript } from './completion.ts'
import { cleaned, exitStatusOf, renderFailure } from './failure.ts'
import { commandHelp, generalHelp, groupHelp, topicHelp } from './help.ts'
import { printJson } from './json.ts'
import { parseOptions } from './parse-options.ts'
import { openProgress } from './progress.ts'
import { harmless, openScreen, type Screen, type TextStream } from './screen.ts'
import { aliases, verbs } from './table.ts'
import { splitArguments, type Typed } from './typed.ts'

export interface Terminal {
  readonly cwd: string
  readonly env: Context['env']
  readonly signal: AbortSignal
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** bytes to stdout; resolves when the reader wants more */
  readonly pass?: (bytes: Uint8Array) => Promise<void>
  /** absent where nobody can answer */
  readonly readLine?: ReadLine
  /** of stdin */
  readonly lines?: () => AsyncIterable<string>
}

/** usage was shown because nothing, or nothing sensible, was typed; DVC's number */
const usageStatus = 254

export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const screen = openScreen(terminal)
  const isVerbose = argv.some(each => each === '-v' || each === '--verbose')
  try {
    return await dispatch(splitArguments(argv), terminal, screen)
  } catch (error) {
    screen.tell(renderFailure(error, { color: screen.color, verbose: isVerbose }))
    return exitStatusOf(error)
  }
}

async function dispatch(typed: Typed, terminal: Terminal, screen: Screen): Promise<number> {
  if (typed.version) return say(screen, `${version}\n`)
  if (typed.verb === undefined) {
    screen.show(generalHelp())
    return typed.help ? 0 : usageStatus
  }
  if (typed.verb === 'help') return say(screen, await helpAbout(typed.rest))
  if (typed.verb === 'completion') return say(screen, await completionScript(typed.rest))
  const name = aliases[typed.verb] ?? typed.verb
  const verb = verbs[name]
  if (!verb) {
    const group = groupHelp(typed.verb)
    if (!group) throw unknownVerb(typed.verb)
    screen.show(group)
    return typed.help ? 0 : usageStatus
  }
  const command = await verb.load()
  return typed.help ? say(screen, commandHelp(command)) : runCommand(command, typed, { terminal, screen })
}

function say(screen: Screen, text: string): number {
  screen.show(text)
  return 0
}

async function helpAbout(words: readonly string[]): Promise<string> {
  const name = words.join(' ')
  if (name === '') return generalHelp()
  const verb = verbs[aliases[name] ?? name]
  const text = verb ? commandHelp(await verb.load()) : (groupHelp(name) ?? topicHelp(name))
  if (text === undefined) throw unknownVerb(name)
  return text
}

async function runCommand(
  command: AnyCommand,
  typed: Typed,
  { terminal, screen }: { terminal: Terminal; screen: Screen },
): Promise<number> {
  const options: CommonOptions = parseOptions(command, typed.rest)
  const progress = openProgress({ screen, isShown: terminal.stderr.isTTY === true && !options.quiet, now: Date.now })
  const { readLine, lines, pass } = terminal
  const context: Context = {
    cwd: typed.folder === undefined ? terminal.cwd : folderAt(terminal.cwd, typed.folder),
    env: terminal.env,
    signal: terminal.signal,
    report: progress.report,
    now: Date.now,
    ...(lines && { lines }),
    ...(pass && {
      write: (bytes: Uint8Array) => {
        progress.hush()
        return pass(bytes)
      },
    }),
    ...(readLine && {
      ask: (question: string) => {
        progress.hush()
        return askYesOrNo(harmless(question), { read: readLine, screen })
      },
    }),
  }
  let result: unknown
  try {
    result = await command.run(options, context)
  } catch (error) {
    throw withFailureStatus(error, command)
  } finally {
    progress.close()
  }
  if (options.json) screen.show(printJson(command.json ? command.json(result) : result))
  else if (!options.quiet)
    screen.show(`${command.render(result, options)}${options.dryRun ? 'Nothing was changed: this is a dry run.\n' : ''}`)
  const problems = command.problems?.(result, options) ?? ''
  if (problems !== '') screen.tell(cleaned(problems))
  return command.exitStatus?.(result, options) ?? 0
}

function folderAt(cwd: string, typed: string): string {
  const folder = resolve(cwd, typed)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new DvError('usage', `--cd ${typed}: there is no such folder`)
}

/** `pull` and its like leave with 1, and `checkout` with 255, where the same failure of another verb means the other, as DVC's do. */
function withFailureStatus(error: unknown, command: AnyCommand): unknown {
  if (error instanceof DvError && command.failureStatus !== undefined && [1, 255].includes(exitStatusOf(error)))
    return Object.assign(error, { exitStatus: command.failureStatus })
  return error
}

function unknownVerb(name: string): DvError {
  const near = Object.keys(verbs).find(each => each.startsWith(name.slice(0, 2)) && Math.abs(each.length - name.length) < 3)
  return new DvError('usage', `'${name}' is not a dv command`, { hint: near ? `dv ${near} --help` : 'dv help' })
}
