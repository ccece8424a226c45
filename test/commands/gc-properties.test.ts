/** For any history: what the scope reaches never goes, all that it does not reach does, and undo brings it back. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Context } from '../../src/base/context.ts'
import { gc } from '../../src/commands/gc.ts'
import { type Lab, openLab } from '../doubles/lab.ts'

type Layout = 'md5' | 'md5-dos2unix'

/** A data set at a commit: a file, or a folder of files, by the numbers of their contents. */
interface DataSet {
  readonly layout: Layout
  readonly files: number | readonly number[]
}

interface History {
  readonly commits: readonly { readonly sets: readonly DataSet[]; readonly tagged: boolean; readonly branched: boolean }[]
  /** changed in the work tree since */
  readonly now: readonly DataSet[]
  /** contents that nobody names */
  readonly loose: readonly { readonly layout: Layout; readonly content: number }[]
}

const layout = fc.constantFrom<Layout>('md5', 'md5', 'md5-dos2unix')
const content = fc.nat({ max: 9 })
const dataSet = fc.record<DataSet>({ layout, files: fc.oneof(content, fc.uniqueArray(content, { maxLength: 4 })) })
const dataSets = fc.array(dataSet, { maxLength: 3 })
const history = fc.record<History>({
  commits: fc.array(fc.record({ sets: dataSets, tagged: fc.boolean(), branched: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  now: fc.array(dataSet, { minLength: 1, maxLength: 3 }),
  loose: fc.array(fc.record({ layout, content: fc.integer({ min: 7, max: 15 }) }), { maxLength: 4 }),
})
const scope = fc.subarray(['-w', '-a', '-T', '-A'], { minLength: 1 })

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const textOf = (number: number): string => `content ${number}\n`
const listOf = (files: readonly number[]): string =>
  `[${[...files]
    .sort()
    .map(file => `{"md5": "${md5(textOf(file))}", "relpath": "f${file}"}`)
    .join(', ')}]`

/** by path in the cache, what lies there */
function objectsOf({ layout, files }: DataSet): ReadonlyMap<string, string> {
  const top = layout === 'md5' ? 'files/md5/' : ''
  const at = (id: string): string => `${top}${id.slice(0, 2)}/${id.slice(2)}`
  if (typeof files === 'number') return new Map([[at(md5(textOf(files))), textOf(files)]])
  return new Map([[at(`${md5(listOf(files))}.dir`), listOf(files)], ...files.map(file => [at(md5(textOf(file))), textOf(file)] as const)])
}

function pointerOf({ layout, files }: DataSet, name: string): string {
  const id = typeof files === 'number' ? md5(textOf(files)) : `${md5(listOf(files))}.dir`
  return `outs:\n- md5: ${id}\n${layout === 'md5' ? '  hash: md5\n' : ''}  path: ${name}\n`
}

let lab: Lab
beforeEach(async () => {
  lab = await openLab()
})
afterEach(() => lab.close())

const cacheFolder = () => join(lab.root, '.dvc/cache')
const cached = (): readonly string[] => lab.files('.dvc/cache').filter(name => !name.startsWith('.dv/'))

/** Anew in the same folder; returns what is reachable, by scope. */
function make({ commits, now, loose }: History): Readonly<Record<string, ReadonlySet<string>>> {
  rmSync(lab.root, { recursive: true, force: true })
  mkdirSync(join(lab.root, '.dvc'), { recursive: true })
  lab.git('init', '-q', '-b', 'main')
  writeFileSync(join(lab.root, '.dvc/config'), '')
  writeFileSync(join(lab.root, '.dvc/.gitignore'), '/cache\n/tmp\n')
  const put = (sets: readonly DataSet[], keepers: readonly Set<string>[]): void => {
    for (const file of lab.files('.').filter(name => name.endsWith('.dvc'))) rmSync(join(lab.root, file))
    for (const [at, set] of sets.entries()) {
      lab.write(`sub/d${at}.dvc`, pointerOf(set, `d${at}`))
      store(objectsOf(set))
      for (const keeper of keepers) for (const path of objectsOf(set).keys()) keeper.add(path)
    }
  }
  const reached = { '-w': new Set<string>(), '-a': new Set<string>(), '-T': new Set<string>(), '-A': new Set<string>() }
  for (const [at, { sets, tagged, branched }] of commits.entries()) {
    const isTip = at === commits.length - 1
    put(sets, [reached['-A'], ...(tagged ? [reached['-T']] : []), ...(branched || isTip ? [reached['-a']] : [])])
    lab.git('add', '-A')
    lab.git('commit', '-qm', `${at}`, '--allow-empty')
    if (tagged) lab.git('tag', '-a', `v${at}`, '-m', 'tag')
    if (branched) lab.git('branch', `b${at}`)
  }
  put(now, Object.values(reached))
  for (const { layout, content } of loose) store(objectsOf({ layout, files: content }))
  return reached
}

function store(objects: ReadonlyMap<string, string>): void {
  for (const [path, text] of objects) {
    const file = join(cacheFolder(), path)
    if (existsSync(file)) continue
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o444 })
  }
}

const idOf = (path: string): string => path.split('/').slice(-2).join('')

test('nothing that the scope reaches goes, and what goes comes back', async () => {
  await fc.assert(
    fc.asyncProperty(history, scope, async (past, options) => {
      const reached = make(past)
      const kept = new Set(options.flatMap(option => [...(reached[option] ?? [])]))
      const before = cached()
      const planned: readonly string[] = JSON.parse((await lab.dv('gc', ...options, '--dry', '--json')).stdout).cache.ids
      expect(cached()).toEqual(before)
      const going = before.filter(path => !kept.has(path))
      expect([...planned].sort()).toEqual(going.map(idOf).sort())
      const said = await lab.dv('gc', ...options, '-f')
      expect(said).toMatchObject({ exit: 0, stderr: '' })
      expect(cached()).toEqual(before.filter(path => kept.has(path)))
      for (const path of cached()) expect(md5(readFileSync(join(cacheFolder(), path), 'utf8'))).toBe(idOf(path).slice(0, 32))
      expect(await lab.dv('checkout')).toMatchObject({ exit: 0 })
      expect((await lab.dv('gc', ...options, '-f')).stdout).toContain('Nothing goes')
      expect((await lab.dv('gc', '--undo')).exit).toBe(0)
      expect(cached()).toEqual(before)
    }),
    { numRuns: 25 },
  )
}, 120_000)

test('stopped at any step, nothing in scope is lost, and the next run completes it', async () => {
  await fc.assert(
    fc.asyncProperty(history, scope, fc.nat({ max: 14 }), async (past, options, stop) => {
      const reached = make(past)
      const kept = new Set(options.flatMap(option => [...(reached[option] ?? [])]))
      const before = cached()
      await gc.run({ ...optionsOf(options), force: true }, contextThatStops(stop)).catch((error: Error) => {
        if (error.message !== 'stopped here') throw error
      })
      expect(cached().filter(path => kept.has(path))).toEqual(before.filter(path => kept.has(path)))
      expect([...cached(), ...lab.files('.dvc/cache/.dv/trash')].map(path => path.split('/').at(-1)).length).toBe(before.length)
      expect((await lab.dv('gc', ...options, '-f')).exit).toBe(0)
      expect(cached()).toEqual(before.filter(path => kept.has(path)))
      expect((await lab.dv('gc', '--undo')).exit).toBe(0)
      expect(cached()).toEqual(before)
    }),
    { numRuns: 25 },
  )
}, 120_000)

const optionsOf = (flags: readonly string[]) => ({
  workspace: flags.includes('-w'),
  allBranches: flags.includes('-a'),
  allTags: flags.includes('-T'),
  allCommits: flags.includes('-A'),
})

/** As a process that dies when it tells for the n-th time what it does. */
function contextThatStops(stop: number): Context {
  let told = 0
  return {
    cwd: lab.root,
    env: { PATH: process.env['PATH'] ?? '', HOME: lab.outside },
    signal: new AbortController().signal,
    now: Date.now,
    report: () => {
      if (told++ === stop) throw new Error('stopped here')
    },
  }
}
