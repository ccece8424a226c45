/** Completion scripts: made once, so that a TAB costs no start of Node. */
import { DvError } from '../base/error.ts'
import type { AnyCommand } from '../commands/command.ts'
import { commonFlags } from './parse-options.ts'
import { verbs } from './table.ts'

/** `dv completion -s bash` (DVC's form) or `dv completion bash`. @throws DvError 'usage' */
export async function completionScript(words: readonly string[]): Promise<string> {
  const shell = words.flatMap(word => word.replace(/^(?:-s|--shell)=?/, '') || []).at(-1) ?? 'bash'
  const print = shells[shell]
  if (!print) throw new DvError('usage', `there is no completion for '${shell}'`, { hint: 'dv completion bash, zsh or fish' })
  const commands: AnyCommand[] = []
  for (const verb of Object.values(verbs)) commands.push(await verb.load())
  return print(commands)
}

const flagsOf = (command: AnyCommand): readonly string[] =>
  [...command.flags, ...commonFlags].flatMap(flag => [`--${flag.name}`, ...(flag.short ? [`-${flag.short}`] : [])])

const firstWords = (commands: readonly AnyCommand[]): readonly string[] => [
  ...new Set([...commands.map(command => command.name.split(' ')[0] ?? ''), 'help', 'completion']),
]

/** Verbs of two words: `remote` → `add`, `list` … */
function groupsOf(commands: readonly AnyCommand[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ')
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second])
  }
  return groups
}

function bash(commands: readonly AnyCommand[]): string {
  const cases = commands.map(command => `    ${JSON.stringify(command.name)}) words=${JSON.stringify(flagsOf(command).join(' '))} ;;`)
  const groups = [...groupsOf(commands)].map(([first, seconds]) => `    ${first}) seconds=${JSON.stringify(seconds.join(' '))} ;;`)
  return `# dv completion for bash; put it into ~/.bashrc:  eval "$(dv completion bash)"
_dv() {
  local word="\${COMP_WORDS[COMP_CWORD]}" verb="\${COMP_WORDS[1]}" words="" seconds=""
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${firstWords(commands).join(' ')}" -- "$word")); return; fi
  case "$verb" in
${groups.join('\n')}
  esac
  if [ -n "$seconds" ] && [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$seconds" -- "$word")); return; fi
  [ -n "$seconds" ] && verb="$verb \${COMP_WORDS[2]}"
  case "$verb" in
${cases.join('\n')}
  esac
  case "$word" in -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;; *) COMPREPLY=($(compgen -f -- "$word")) ;; esac
}
complete -o filenames -F _dv dv
`
}

const zsh = (commands: readonly AnyCommand[]): string =>
  `# dv completion for zsh; put it into ~/.zshrc:  eval "$(dv completion zsh)"\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`

function fish(commands: readonly AnyCommand[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
  const lines = commands.flatMap(command => {
    const [first, second] = command.name.split(' ')
    const when = second
      ? `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`
      : `__fish_seen_subcommand_from ${first}`
    const offer = second
      ? `complete -c dv -f -n '__fish_seen_subcommand_from ${first}; and test (count (commandline -opc)) -eq 2' -a ${second} -d ${quoted(command.summary)}`
      : `complete -c dv -f -n __fish_use_subcommand -a ${first} -d ${quoted(command.summary)}`
    const flags = [...command.flags, ...commonFlags].map(
      flag =>
        `complete -c dv -n '${when}' -l ${flag.name}${flag.short ? ` -s ${flag.short}` : ''}${flag.value && flag.preset === undefined ? ' -r' : ''} -d ${quoted(flag.summary)}`,
    )
    return [offer, ...flags]
  })
  const groups = [...groupsOf(commands).keys()].map(first => `complete -c dv -f -n __fish_use_subcommand -a ${first}`)
  return `# dv completion for fish:  dv completion fish > ~/.config/fish/completions/dv.fish\n${[...lines, ...groups, ''].join('\n')}`
}

const shells: Readonly<Record<string, (commands: readonly AnyCommand[]) => string>> = { bash, zsh, fish }
