/** The rules of the house, held by reading the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { verbs } from '../src/cli/table.ts'

const top = fileURLToPath(new URL('..', import.meta.url))

/** Ground floor first. A file imports from its own room and from the floors below; rooms on one floor do not know each other. */
const floors = [['base'], ['format'], ['store'], ['workspace', 'transfer'], ['repo'], ['commands'], ['cli']]
/** The rooms that may use an outside package: one door each, so that it can be replaced. */
const owners: Readonly<Record<string, readonly string[]>> = {
  yaml: ['format'],
  ignore: ['workspace'],
  'xxhash-wasm': ['workspace'],
  '@aws-sdk/': ['store'],
  '@smithy/': ['store'],
  commander: ['cli'],
}
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map(room => [room, floor] as const)))
/** Statements of import and export, over several lines too, and calls of import(). */
const imports = /^(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/gm
const late = /\bimport\s*\(\s*['"]([^'"]+)['"]/g
const speaks = /\bconsole\.|\bprocess\.(?:stdout|stderr|stdin|exit|exitCode|env|cwd)\b/
/** Each element becomes an argument on the stack: from some 120,000 on it overflows. In `cli` lists are as long as a help page. */
const spreads = /\.(?:push|unshift)\(\s*\.\.\.|\bMath\.(?:max|min)\(\s*\.\.\.|\bfromCharCode\(\s*\.\.\./
const emptyNames = /(?:^|\/)(?:utils?|helpers?|common|misc|manager|service|data|info)(?:[./-]|$)/

interface SourceFile {
  readonly path: string
  readonly text: string
}

const sourcesOf = (folder: string): readonly SourceFile[] =>
  readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ path: name, text: withoutComments(readFileSync(join(top, folder, name), 'utf8')) }))

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

function brokenRules(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const room = path.split('/')[0] ?? ''
    const floor = floorOf.get(room)
    if (floor === undefined) return [`${path}: there is no room '${room}'`]
    const broken: string[] = []
    for (const match of text.matchAll(imports)) {
      const target = match.slice(1).find(each => each !== undefined) ?? ''
      const problem = target.startsWith('.') ? wrongWay(path, target, floor) : wrongPackage(room, target)
      if (problem) broken.push(`${path}: ${problem}`)
    }
    for (const [, target = ''] of text.matchAll(late)) if (!mayLoadLate(path, target)) broken.push(`${path}: loads ${target} late`)
    if (room !== 'cli' && speaks.test(text)) broken.push(`${path}: speaks to the terminal or reads the environment`)
    if (room !== 'cli' && spreads.test(text)) broken.push(`${path}: spreads a list of any length into a call`)
    if (emptyNames.test(path)) broken.push(`${path}: the name says nothing`)
    if (/^export default\b/m.test(text)) broken.push(`${path}: a default export`)
    if (/^export \* from/m.test(text)) broken.push(`${path}: a barrel`)
    if (/\bclass (?!DvError\b)\w+/.test(text)) broken.push(`${path}: a class`)
    return broken
  })
}

function wrongWay(path: string, target: string, floor: number): string | undefined {
  const room = join(dirname(path), target).split('/')[0] ?? ''
  if (room === path.split('/')[0]) return undefined
  const other = floorOf.get(room)
  return other !== undefined && other < floor ? undefined : `imports ${target}, which is not on a floor below`
}

function wrongPackage(room: string, target: string): string | undefined {
  if (target.startsWith('node:')) return undefined
  const owner = Object.entries(owners).find(([name]) => target === name || target.startsWith(name.endsWith('/') ? name : `${name}/`))
  return owner?.[1].includes(room) ? undefined : `${target} has its door in ${owner?.[1].join(', ') ?? 'no room'}`
}

/** The tables, and a store for its SDK. */
const mayLoadLate = (path: string, target: string): boolean =>
  path === 'cli/table.ts' ||
  path === 'store/open.ts' ||
  path === 'store/open-source.ts' ||
  (path.startsWith('store/') && target.startsWith('@aws-sdk/')) ||
  (path.startsWith('store/') && target.startsWith('./'))

test('src keeps its floors, doors and words', () => {
  expect(brokenRules(sourcesOf('src'))).toEqual([])
})

test('each rule finds what breaks it', () => {
  const planted = (path: string, text: string) => brokenRules([{ path, text }])
  expect(planted('format/a.ts', "import {\n  x,\n} from '../store/cache.ts'")).toHaveLength(1)
  expect(planted('transfer/a.ts', "export { x } from '../workspace/b.ts'")).toHaveLength(1)
  expect(planted('repo/a.ts', "const x = await import('../store/s3.ts')")).toHaveLength(1)
  expect(planted('commands/a.ts', "import { S3Client } from '@aws-sdk/client-s3'")).toHaveLength(1)
  expect(planted('store/a.ts', 'console.log(process.env)')).toHaveLength(1)
  expect(planted('utils/a.ts', '')).toHaveLength(1)
  expect(planted('store/manager.ts', '')).toHaveLength(1)
  expect(planted('store/a.ts', 'export default 1')).toHaveLength(1)
  expect(planted('store/a.ts', 'class Store {}')).toHaveLength(1)
  expect(planted('store/a.ts', 'all.push(...some)')).toHaveLength(1)
})

test('every command is in the table, says there what it says itself, and shows an example', async () => {
  for (const [name, verb] of Object.entries(verbs)) {
    const command = await verb.load()
    expect({ name: command.name, summary: command.summary }).toEqual({ name, summary: verb.summary })
    expect(command.examples.length).toBeGreaterThan(0)
  }
  const exported = sourcesOf('src/commands').filter(({ text }) => /: Command</.test(text))
  expect(Object.keys(verbs).length).toBe(exported.length)
})

test('every command has a test that calls it', () => {
  const tests = readdirSync(join(top, 'test/commands'))
    .map(name => readFileSync(join(top, 'test/commands', name), 'utf8'))
    .join('\n')
  const untested = Object.keys(verbs).filter(name => !tests.includes(`dv('${name.replace(' ', "', '")}'`))
  expect(untested).toEqual([])
})

test('the median file is under 100 lines', () => {
  const files = sourcesOf('src')
  const sizes = files.map(({ text }) => text.split('\n').length).sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(100)
})
