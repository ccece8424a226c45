/** What was typed, split into what dv itself is told, the verb, and the verb's own words. */
import { DvError } from '../base/error.ts'
import { verbs } from './table.ts'

export interface Typed {
  /** `add`, `remote add`; undefined when none was typed */
  readonly verb: string | undefined
  readonly rest: readonly string[]
  /** --cd */
  readonly folder: string | undefined
  readonly help: boolean
  readonly version: boolean
}

/** the first words of verbs that are two */
const groups = new Set(Object.keys(verbs).flatMap(name => /^(\S+) /.exec(name)?.[1] ?? []))

function folderIn(word: string | undefined): string {
  if (!word) throw new DvError('usage', '--cd takes a folder', { hint: 'dv --cd <folder> status' })
  return word
}

/** Options before the verb: DVC's --cd, -q, -v, --wait-for-lock. @throws DvError 'usage' */
export function splitArguments(argv: readonly string[]): Typed {
  const words = [...argv]
  const common: string[] = []
  let folder: string | undefined
  let version = false
  while (words[0]?.startsWith('-')) {
    const word = words.shift() ?? ''
    if (word === '--cd') folder = folderIn(words.shift())
    else if (word.startsWith('--cd=')) folder = folderIn(word.slice('--cd='.length))
    else if (word === '--version' || word === '-V') version = true
    else if (['-h', '--help', '-q', '--quiet', '-v', '--verbose'].includes(word)) common.push(word)
    else if (word !== '--wait-for-lock') throw new DvError('usage', `dv does not know the option ${word}`, { hint: 'dv --help' })
  }
  const first = words.shift()
  const verb =
    first !== undefined && groups.has(first) && words[0] !== undefined && !words[0].startsWith('-') ? `${first} ${words.shift()}` : first
  const rest = [...common, ...words]
  const end = rest.indexOf('--')
  const help = (end < 0 ? rest : rest.slice(0, end)).some(word => word === '-h' || word === '--help')
  return { verb, rest: rest.filter(word => word !== '--wait-for-lock'), folder, help, version }
}
