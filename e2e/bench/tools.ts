/** The rivals: what each types for each step. `floor` is what plain programs need to do the same to the bytes, with no versions kept. */
import { availableParallelism } from 'node:os'

export const stepNames = [
  'add',
  'status',
  'status, 1 % changed',
  'add, 1 % changed',
  'checkout',
  'push',
  'second push',
  'pull',
  'second pull',
] as const
export type StepName = (typeof stepNames)[number]

export type LinkName = 'copy' | 'hardlink'
export type RemoteName = 's3' | 'folder'

export interface Bench {
  /** of this tool and run, relative to the lab; holds `repo` and `clone` */
  readonly folder: string
  /** how many are in the set */
  readonly files: number
  readonly link: LinkName
  /** where this tool's objects go: `s3://bucket/prefix` or an absolute folder */
  readonly url: string
  /** of the S3 server; undefined for a folder */
  readonly endpoint: string | undefined
}

export interface Tool {
  readonly name: string
  /** shell, run in the bench's folder, where `../data` is the set: leaves `repo/data`, a copy of its own */
  readonly setUp: (bench: Bench) => string
  /** shell, run in `repo` (pulls: in `clone`); undefined: nothing to compare with */
  readonly steps: Readonly<Partial<Record<StepName, (bench: Bench) => string>>>
  /** shell, run in the bench's folder before the step, not measured */
  readonly before: Readonly<Partial<Record<StepName, (bench: Bench) => string>>>
}

const versioned = (name: string): Tool => ({
  name,
  setUp: bench =>
    [
      'git init -q repo && cd repo && dvc init -q',
      `dvc config cache.type ${bench.link} && dvc remote add -d store ${bench.url}`,
      bench.endpoint === undefined ? ':' : `dvc remote modify store endpointurl ${bench.endpoint}`,
      'cp -r ../../data data',
    ].join(' && '),
  steps: {
    add: () => `${name} add data`,
    status: () => `${name} status`,
    'status, 1 % changed': () => `${name} status`,
    'add, 1 % changed': () => `${name} add data`,
    checkout: () => `${name} checkout`,
    push: () => `${name} push`,
    'second push': () => `${name} push`,
    pull: () => `${name} pull`,
    'second pull': () => `${name} pull`,
  },
  before: {
    checkout: () => 'rm -r repo/data',
    pull: () =>
      'git init -q clone && cd clone && dvc init -q && cp ../repo/.dvc/config .dvc/config && cp ../repo/data.dvc ../repo/.gitignore .',
  },
})

const copyCommand: Readonly<Record<LinkName, string>> = { copy: 'cp -r', hardlink: 'cp -rl' }
const look = (): string => `find data -type f -printf '%p %s %T@ %i\\n'`

const cores = availableParallelism()
/** Files for one md5sum: enough to make its start cheap, few enough to keep every core busy. */
const share = (bench: Bench): number => Math.min(64, Math.ceil(bench.files / cores))

const floor: Tool = {
  name: 'floor',
  setUp: () => 'mkdir repo clone && cp -r ../data repo/data',
  steps: {
    add: bench => `find data -type f -print0 | xargs -0 -n ${share(bench)} -P ${cores} md5sum && ${copyCommand[bench.link]} data cache`,
    status: look,
    'status, 1 % changed': look,
    checkout: bench => `${copyCommand[bench.link]} cache data`,
    push: bench => (bench.endpoint === undefined ? `cp -r data ${bench.url}` : `s5cmd --log error cp data/ ${bench.url}/`),
    pull: bench => (bench.endpoint === undefined ? `cp -r ${bench.url} data` : `s5cmd --log error cp '${bench.url}/*' data/`),
  },
  before: { checkout: () => 'rm -r repo/data' },
}

export const tools: readonly Tool[] = [versioned('dv'), versioned('dvc'), floor]

export const folderOf = (step: StepName): 'repo' | 'clone' => (step.endsWith('pull') ? 'clone' : 'repo')
