/** dv beside dvc and the floor. How to read it: README.md beside this file. */
import { rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type Lab, openLab } from '../lab.ts'
import { type Minio, startMinio } from '../minio.ts'
import { peer } from '../peers.ts'
import { changeOnePercent, writeDataSet } from './data-set.ts'
import { measure } from './measure.ts'
import { addResult, type Results, table } from './report.ts'
import { type Bench, folderOf, type LinkName, type RemoteName, type StepName, stepNames, type Tool, tools } from './tools.ts'

const usage = `npm run bench -- [options]
  --files N        files in the set (20000)
  --size BYTES     of each; 10KB, 1GiB … (10KB)
  --runs N         (3)
  --tools LIST     of dv,dvc,floor (all)
  --link LIST      of copy,hardlink (both)
  --remote LIST    of s3,folder (both)
  --steps LIST     of start,${stepNames.map(flagOf).join(',')} (all)
  --out FILE       also write the table there, and every run as JSON to FILE.json`

interface Options {
  readonly files: number
  readonly size: number
  readonly runs: number
  readonly tools: readonly Tool[]
  readonly links: readonly LinkName[]
  readonly remotes: readonly RemoteName[]
  readonly steps: ReadonlySet<string>
  readonly out: string | undefined
}

const localSteps: readonly StepName[] = ['add', 'status', 'status, 1 % changed', 'add, 1 % changed', 'checkout']
const startRuns = 15
const oneByOne = 2 ** 30 // bytes; a larger set of all tools at once would not stay in memory, and the disk would be measured

async function bench(options: Options): Promise<void> {
  const parts = [await machine(options)]
  const all: Record<string, unknown> = {}
  const tell = (title: string, results: Results): void => {
    parts.push(`\n### ${title}\n`, table(results))
    all[title] = Object.fromEntries([...results].map(([step, runs]) => [step, Object.fromEntries(runs)]))
  }
  if (options.steps.has('start')) tell('start', await startUp(options))
  for (const link of options.links) {
    for (const [n, remote] of options.remotes.entries()) {
      // what needs no remote is measured with the first one only
      const steps = stepNames.filter(step => options.steps.has(flagOf(step)) && (n === 0 || !localSteps.includes(step)))
      if (steps.length > 0) tell(`link ${link}, remote ${remote}`, await oneSetting(options, link, remote, steps))
    }
  }
  const text = `${parts.join('\n')}\n`
  process.stdout.write(text)
  if (options.out === undefined) return
  writeFileSync(options.out, text)
  writeFileSync(`${options.out}.json`, JSON.stringify(all, undefined, 1))
}

/** Tools take turns at every step, in another order each run, so that a busy spell of the machine meets all of them. */
async function oneSetting(options: Options, link: LinkName, remote: RemoteName, steps: readonly StepName[]): Promise<Results> {
  const results: Results = new Map()
  for (let run = 0; run < options.runs; run++) {
    const turn = rotated(options.tools, run)
    const groups = options.files * options.size >= oneByOne ? turn.map(tool => [tool]) : [turn]
    for (const group of groups) await oneRun(options, { link, remote, steps, group, results })
  }
  return inOrder(results, options)
}

interface Run {
  readonly link: LinkName
  readonly remote: RemoteName
  readonly steps: readonly StepName[]
  readonly group: readonly Tool[]
  readonly results: Results
}

async function oneRun(options: Options, { link, remote, steps, group, results }: Run): Promise<void> {
  const minio = remote === 's3' ? await startMinio({ bytes: 3 * options.files * options.size + 2 ** 30 }) : undefined
  const lab = openLab(minio === undefined ? {} : { ...minio.env, S3_ENDPOINT_URL: minio.endpoint })
  try {
    writeDataSet(lab.path('data'), options.files, options.size)
    const benches = new Map<Tool, Bench>()
    for (const tool of group) benches.set(tool, await setUp(lab, tool, { link, files: options.files, minio }))
    for (const step of stepNames) {
      if (!steps.includes(step) && !isNeeded(step, steps)) continue
      for (const [tool, bench] of benches) {
        const command = tool.steps[step]
        if (step === 'status, 1 % changed') changeOnePercent(lab.path(bench.folder, 'repo/data'), options.files, options.size)
        const before = tool.before[step]
        if (before !== undefined) await lab.type(before(bench), { at: bench.folder })
        if (command === undefined) continue
        const at = `${bench.folder}/${folderOf(step)}`
        await lab.type('find . -path ./.git -prune -o -type f -print0 | xargs -0 cat >/dev/null', { at }) // the same warm files for everybody
        const measured = await measure(lab, command(bench), at)
        process.stderr.write(`${step}, ${tool.name}: ${measured.wall.toFixed(2)} s\n`)
        if (steps.includes(step)) addResult(results, step, tool.name, measured)
      }
    }
  } finally {
    lab.remove()
    await minio?.stop()
  }
}

interface Setting {
  readonly link: LinkName
  readonly files: number
  readonly minio: Minio | undefined
}

async function setUp(lab: Lab, tool: Tool, { link, files, minio }: Setting): Promise<Bench> {
  const folder = `bench-${tool.name}`
  minio?.makeBucket(folder)
  const url = minio === undefined ? lab.path(`${folder}-remote`) : `s3://${folder}/p`
  const bench = { folder, files, link, url, endpoint: minio?.endpoint }
  rmSync(lab.path(folder), { recursive: true, force: true })
  await lab.type(`mkdir ${folder} && cd ${folder} && ${tool.setUp(bench)}`)
  return bench
}

/** A step that was not asked for still has to happen when a later one that was stands on it. */
function isNeeded(step: StepName, steps: readonly StepName[]): boolean {
  const standsOn: Readonly<Partial<Record<StepName, readonly StepName[]>>> = {
    status: ['add'],
    'status, 1 % changed': ['add'],
    'add, 1 % changed': ['add', 'status, 1 % changed'],
    checkout: ['add'],
    push: ['add'],
    'second push': ['add', 'push'],
    pull: ['add', 'push'],
    'second pull': ['add', 'push', 'pull'],
  }
  return steps.some(later => standsOn[later]?.includes(step))
}

async function startUp(options: Options): Promise<Results> {
  const lab = openLab()
  try {
    await lab.type('git init -q repo && cd repo && dvc init -q && echo a > a && dvc add -q a && git add . && git commit -q -m a')
    const lines: readonly (readonly [step: string, tool: string, line: string])[] = [
      ['start', 'node -e 0', `exec ${process.execPath} -e 0`],
      ['start', 'dv', 'exec dv --version'],
      ['start', 'dvc', 'exec dvc --version'],
      ['status, one file', 'dv', 'exec dv status'],
      ['status, one file', 'dvc', 'exec dvc status'],
    ]
    const wanted = new Set(['node -e 0', ...options.tools.map(tool => tool.name)])
    const results: Results = new Map()
    for (let run = -1; run < startRuns; run++) {
      for (const [step, tool, line] of lines) {
        if (!wanted.has(tool)) continue
        const measured = await measure(lab, line, 'repo')
        if (run >= 0) addResult(results, step, tool, measured) // the first one warms
      }
    }
    return results
  } finally {
    lab.remove()
  }
}

async function machine(options: Options): Promise<string> {
  const lab = openLab({})
  const version = async (line: string): Promise<string> => (await lab.type(line, { exit: 'any' })).stdout.split('\n')[0] ?? '?'
  const programs = [
    `dv ${await version('dv --version')}`,
    `dvc ${await version('dvc --version')}`,
    `s5cmd ${await version('s5cmd version')}`,
    await version(`${peer('minio')} --version`),
    await version('cp --version'),
    `node ${process.version}`,
  ]
  const file = await version('stat -f -c %T .')
  lab.remove()
  const model = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, files on ${file}`
  return `${options.files} files of ${options.size} bytes, ${options.runs} runs · ${model}\n${programs.join(' · ')}`
}

function readOptions(): Options {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({
    options: {
      files: text('20000'),
      size: text('10KB'),
      runs: text('3'),
      tools: text('dv,dvc,floor'),
      link: text('copy,hardlink'),
      remote: text('s3,folder'),
      steps: text(['start', ...stepNames.map(flagOf)].join(',')),
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(`${usage}\n`)
    process.exit(0)
  }
  return {
    files: Number(values.files),
    size: bytesOf(values.size),
    runs: Number(values.runs),
    tools: tools.filter(tool => values.tools.split(',').includes(tool.name)),
    links: values.link.split(',') as LinkName[],
    remotes: values.remote.split(',') as RemoteName[],
    steps: new Set(values.steps.split(',')),
    out: values.out,
  }
}

function bytesOf(text: string): number {
  const units: Readonly<Record<string, number>> = { '': 1, KB: 1000, KIB: 1024, MB: 1e6, MIB: 2 ** 20, GB: 1e9, GIB: 2 ** 30 }
  const [, number, unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? []
  const factor = units[unit.toUpperCase()]
  if (number === undefined || factor === undefined) throw new Error(`not a size: ${text}`)
  return Number(number) * factor
}

function flagOf(step: StepName): string {
  return step.replace(/[ ,%]+/g, '-')
}

const rotated = <T>(list: readonly T[], by: number): T[] => list.map((_, n) => list[(n + by) % list.length] as T)

/** Whoever went first, the table keeps one order. */
function inOrder(results: Results, options: Options): Results {
  const sorted: Results = new Map()
  for (const [step, byTool] of results) {
    for (const tool of options.tools) for (const measured of byTool.get(tool.name) ?? []) addResult(sorted, step, tool.name, measured)
  }
  return sorted
}

await bench(readOptions())
