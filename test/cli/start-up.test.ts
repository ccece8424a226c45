/** What a verb loads before it does anything: each package costs every call its time. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

interface Chunk {
  readonly entryPoint?: string
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[]
  readonly inputs: Readonly<Record<string, unknown>>
}

const chunks: Readonly<Record<string, Chunk>> = JSON.parse(readFileSync(new URL('../../dist/meta.json', import.meta.url), 'utf8'))

const entry = (source: string): string => Object.keys(chunks).find(name => chunks[name]?.entryPoint === source) ?? ''

/** The chunk and those that it imports by statement. */
function loadedBy(name: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const { path, kind, external } of chunks[name]?.imports ?? []) if (kind === 'import-statement' && !external) loadedBy(path, seen)
  return seen
}

const inputsOf = (names: Iterable<string>): readonly string[] => [...names].flatMap(name => Object.keys(chunks[name]?.inputs ?? {}))

const packagesOf = (inputs: readonly string[]): readonly string[] =>
  [...new Set(inputs.flatMap(input => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []))].sort()

const roomsOf = (inputs: readonly string[]): readonly string[] =>
  [...new Set(inputs.flatMap(input => /^src\/([^/]+)\//.exec(input)?.[1] ?? []))].sort()

test('dv --version loads commander and nothing of what verbs need', () => {
  const inputs = inputsOf(loadedBy(entry('src/cli/main.ts')))
  expect(packagesOf(inputs)).toEqual(['commander'])
  expect(roomsOf(inputs)).toEqual(['base', 'cli'])
})

test.each(['status', 'checkout', 'add'])('dv %s loads no SDK, no YAML and no git library', verb => {
  const inputs = inputsOf([...loadedBy(entry('src/cli/main.ts')), ...loadedBy(entry(`src/commands/${verb}.ts`))])
  expect(packagesOf(inputs)).toEqual(['commander', 'ignore', 'xxhash-wasm'])
})
