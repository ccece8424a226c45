/** What a verb loads before it does anything: each package costs every call its time. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Script } from 'node:vm'
import { expect, test } from '@jest/globals'

interface Source {
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[]
}

const sources: Readonly<Record<string, Source>> = JSON.parse(readFileSync(new URL('../../dist/meta.json', import.meta.url), 'utf8'))

/** The source and those that it imports by statement; what it imports late is not run before it is asked for. */
function loadedBy(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  expect(sources).toHaveProperty([path])
  for (const { path: next, kind, external } of sources[path]?.imports ?? [])
    if (kind !== 'dynamic-import' && !external) loadedBy(next, seen)
  return seen
}

const packagesOf = (inputs: ReadonlySet<string>): readonly string[] =>
  [...new Set([...inputs].flatMap(input => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []))].sort()

const roomsOf = (inputs: ReadonlySet<string>): readonly string[] =>
  [...new Set([...inputs].flatMap(input => /^src\/([^/]+)\//.exec(input)?.[1] ?? []))].sort()

test('dv --version loads commander and nothing of what verbs need', () => {
  const inputs = loadedBy('src/cli/main.ts')
  expect(packagesOf(inputs)).toEqual(['commander'])
  expect(roomsOf(inputs)).toEqual(['base', 'cli'])
})

test.each(['status', 'checkout', 'add'])('dv %s loads no SDK, no YAML and no git library', verb => {
  const inputs = new Set([...loadedBy('src/cli/main.ts'), ...loadedBy(`src/commands/${verb}.ts`)])
  expect(packagesOf(inputs)).toEqual(['commander', 'ignore', 'xxhash-wasm'])
})

test('the build keeps what V8 compiled, and the program takes it', () => {
  const { compileBundle } = createRequire(import.meta.url)('../../bin/compile.cjs') as { compileBundle: () => { script: Script } }
  expect(compileBundle().script.cachedDataRejected).toBe(false)
})
