/** dv and dvc do the same steps on two copies of the same input: what they leave on disk and on the remote must be the same bytes. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { listFolder, listObjects } from './folder-listing.ts'
import { type Lab, openLab } from './lab.ts'
import { sampleBytes } from './sample-bytes.ts'

// every pair here sorts differently by code point than by UTF-16 unit, by path part or by a locale, or is escaped by JSON
// biome-ignore format: a list of names reads better in lines
const trickyInFolder = [
  'a-b/x', 'a.txt', 'a/b', 'aB', 'ab', 'a b/c', 'a/b.c/d', 'a/b!c', 'a/ß', 'Z', 'z', '0', '~t', '#x', '%41', '.hidden', '.hid/in',
  '\u{1f600}.png', '\ue000pua', '\ufffdx', '\uffee', '日本/語.txt', 'é.txt', 'e\u0301.txt', "it's", 'q"uo\\te', 't\tab', 'new\nline', 'del\x7f',
  'bell\x07', '\u2028sep', 'sp ace/f 1.txt',
]
// biome-ignore format: a list of names reads better in lines
const trickyOutputs = [
  'é.csv', 'sp ace.txt', '123', 'null', 'yes', '- x', 'a: b', 'x #y', '#hash', '!bang', 'wild[1]*.txt', '1e3', '012', "'q'", '"dq"', '@at', '`t', '=',
  '2020-01-01', '{m}', '[l]', '%p', '&a', '*s', '|p', '>g', '~', '12:30', 'back\\sl', 'tab\tt', '\u{1f600}', `${'word '.repeat(30)}end`,
]

/** A step: arguments for both programs, a line for the shell, or a change of the files by hand. */
type Step = readonly string[] | string | ((folder: string) => void)

interface Case {
  readonly name: string
  readonly input: (folder: string) => void
  readonly steps: readonly Step[]
}

const cases: readonly Case[] = [
  {
    name: 'a single file',
    input: at => write(at, { 'a.txt': 'hello\n' }),
    steps: [['add', 'a.txt'], ['push']],
  },
  {
    name: 'a folder of images with a duplicate',
    input: at => {
      for (let n = 0; n < 20; n++) write(at, { [`pics/${n % 3}/${n}.png`]: sampleBytes(`${n % 15}`, 300 + n) })
    },
    steps: [['add', 'pics'], ['push']],
  },
  {
    name: 'tricky names in a folder: order and escapes of the .dir',
    input: at => write(at, Object.fromEntries(trickyInFolder.map((name, n) => [`t/${name}`, `${n}`]))),
    steps: [['add', 't'], ['push']],
  },
  {
    name: 'tricky names of outputs: quoting in pointers, escapes in .gitignore',
    input: at => write(at, Object.fromEntries(trickyOutputs.map((name, n) => [name, `${n}`]))),
    steps: [['add', '--', ...trickyOutputs], ['push']],
  },
  {
    name: 'empty files, empty folders, executable bits',
    input: at => {
      write(at, { 'zero.bin': '', 'run.sh': '#!/bin/sh\n', 'd/zero': '', 'd/tool': 'x', 'd/plain': 'y' })
      for (const folder of ['onlyempty', 'd/emptysub/deeper']) mkdirSync(join(at, folder), { recursive: true })
      for (const file of ['run.sh', 'd/tool']) chmodSync(join(at, file), 0o755)
    },
    // dvc's add takes rights away from run.sh (0755 becomes 0744), ours leaves the user's file alone; a checkout makes 0744 in both
    steps: [['add', 'zero.bin', 'd', 'onlyempty', 'run.sh'], ['push'], 'rm run.sh', ['checkout', 'run.sh']],
  },
  {
    name: '.dvcignore with negation and folders',
    input: at =>
      write(at, {
        '.dvcignore': '# scratch\n*.tmp\n!important.tmp\nbuild/\n.DS_Store\n/data/sub/*.log\n',
        'data/a.txt': 'a',
        'data/b.tmp': 'b',
        'data/keep/important.tmp': 'c',
        'data/keep/c.tmp': 'd',
        'data/build/o': 'e',
        'data/sub/build/p': 'f',
        'data/sub/q.log': 'g',
        'data/.DS_Store': 'h',
      }),
    steps: [['add', 'data'], ['push']],
  },
  {
    name: 'two versions, and back',
    input: at => write(at, { 'd/1': 'one', 'd/2': 'two', 'd/s/3': 'three', 'f.csv': 'a,b\n' }),
    steps: [
      ['add', 'd', 'f.csv'],
      'git add . && git commit -q -m v1 && git tag v1',
      at => {
        write(at, { 'd/2': 'TWO', 'd/4': 'four', 'f.csv': 'a,b\n1,2\n' })
        rmSync(join(at, 'd/1'))
      },
      ['add', 'd', 'f.csv'],
      'git commit -q -am v2',
      ['push'],
      'git checkout -q v1',
      ['checkout'],
    ],
  },
  {
    name: 'one file of a tracked folder added, one removed',
    input: at => write(at, { 'd/1': 'one', 'd/2': 'two', 'd/s/3': 'three' }),
    steps: [
      ['add', 'd'],
      at => write(at, { 'd/new': 'new', 'd/other': 'not taken' }),
      ['add', 'd/new'],
      at => rmSync(join(at, 'd/2')),
      ['add', 'd/2'],
    ],
  },
  {
    name: 'a pointer with comments and foreign fields keeps them',
    input: at => {
      write(at, { 'a.txt': 'changed\n' })
      write(at, {
        'a.txt.dvc': `# made by hand\nouts:\n- path: a.txt  # the file\n  md5: b1946ac92492d2347c6235b4d2611184\n  hash: md5\n  desc: a table\n  meta:\n    owner: us\nmeta: 1\n`,
      })
    },
    steps: [['add', 'a.txt']],
  },
  {
    name: 'outputs in sub-folders, links to files',
    input: at => {
      write(at, { 'top/in/f': 'x', 'top/d/1': '1', 'elsewhere/real': 'bytes' })
      symlinkSync('../../elsewhere/real', join(at, 'top/d/link'))
      symlinkSync('1', join(at, 'top/d/near'))
    },
    // dvc's add puts files in the place of the links, ours leaves them; a checkout makes files in both
    steps: [['add', 'top/in/f', 'top/d'], ['push'], 'rm -r top/d', ['checkout']],
  },
  ...['hardlink', 'symlink', 'copy'].map(link => ({
    name: `links of type ${link}`,
    input: (at: string) => write(at, { 'd/1': 'one', 'd/empty': '', f: 'file' }),
    steps: [['config', 'cache.type', link], ['add', 'd', 'f'], 'rm -r d f', ['checkout'], ['push']],
  })),
  {
    name: 'autostage, no-commit, an output by another name',
    input: at => write(at, { a: 'a', b: 'b', 'd/c': 'c' }),
    steps: [
      ['config', 'core.autostage', 'true'],
      ['add', 'a'],
      ['add', '--no-commit', 'b'],
      ['add', 'd'],
      ['config', '-u', 'core.autostage'],
    ],
  },
  {
    name: 'remotes and settings',
    input: () => {},
    steps: [
      ['remote', 'add', 'S3', 's3://bucket/p,q#x'],
      ['remote', 'modify', 's3', 'region', 'eu-west-1'],
      ['remote', 'modify', '--local', 's3', 'secret_access_key', 'no#t "real"'],
      ['remote', 'add', 'near', '../near'],
      ['remote', 'rename', 'near', 'nearer'],
      ['remote', 'default', 'nearer'],
      ['config', 'cache.type', 'hardlink,symlink'],
      ['config', 'core.checksum_jobs', '3'],
      ['remote', 'remove', 'nearer'],
    ],
  },
]

describeWith(['dvc'], 'dv leaves what dvc leaves', () => {
  let lab: Lab
  beforeEach(() => {
    lab = openLab()
  })
  afterEach(() => lab.remove())

  test.each(cases)('$name', async ({ input, steps }) => {
    const outcomes: Record<string, unknown>[] = []
    for (const program of ['dvc', 'dv']) outcomes.push(await outcome(lab, program, input, steps))
    expect(outcomes[1]).toEqual(outcomes[0])
  })

  test('init, with and without git, in a sub-folder', async () => {
    const outcomes = []
    for (const program of ['dvc', 'dv']) {
      await lab.type(`mkdir ${program} && cd ${program} && git init -q repo && mkdir bare repo/sub`)
      await lab.run(program, ['init', '-q'], { at: `${program}/repo` })
      await lab.run(program, ['init', '-q', '--subdir'], { at: `${program}/repo/sub` })
      await lab.run(program, ['init', '-q', '--no-scm'], { at: `${program}/bare` })
      outcomes.push([listFolder(lab.path(program), { without: ['repo/.git', 'repo/.dvc/tmp', 'repo/sub/.dvc/tmp', 'bare/.dvc/tmp'] })])
    }
    expect(outcomes[1]).toEqual(outcomes[0])
  })
})

async function outcome(lab: Lab, program: string, input: Case['input'], steps: readonly Step[]): Promise<Record<string, unknown>> {
  const at = `${program}/repo`
  await lab.type(
    `mkdir ${program} && git init -q ${at} && cd ${at} && dvc init -q && dvc remote add -q -d store ../remote && git commit -q -am init`,
  )
  input(lab.path(at))
  for (const step of steps) {
    if (typeof step === 'function') step(lab.path(at))
    else if (typeof step === 'string') await lab.type(step, { at })
    else await lab.run(program, step, { at })
  }
  const repo = lab.path(at)
  return {
    workTree: listFolder(repo, { without: ['.git', '.dvc'] }).map(line => line.replaceAll(lab.path(program), '')),
    config: textOf(join(repo, '.dvc/config')),
    localConfig: textOf(join(repo, '.dvc/config.local')),
    ignored: textOf(join(repo, '.dvc/.gitignore')),
    cache: listObjects(join(repo, '.dvc/cache')),
    remote: listObjects(lab.path(program, 'remote')),
    texts: await textsIn(lab, at),
    git: (await lab.type('git status --porcelain', { at })).stdout,
    statusByDvc: JSON.parse((await lab.type('dvc status --json', { at })).stdout),
    statusByUs: JSON.parse((await lab.run(program, ['status', '--json'], { at })).stdout),
  }
}

/** The text of every pointer and .gitignore, so that a difference shows as text and not as a hash. */
async function textsIn(lab: Lab, at: string): Promise<Record<string, string | undefined>> {
  const found = await lab.type(
    `find . -path ./.git -prune -o -path ./.dvc -prune -o -type f \\( -name '*.dvc' -o -name .gitignore \\) -print0`,
    { at },
  )
  const paths = found.stdout.split('\0').filter(path => path !== '')
  return Object.fromEntries(paths.map(path => [path, textOf(lab.path(at, path))]))
}

const textOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)

function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(join(file, '..'), { recursive: true })
    rmSync(file, { force: true }) // it may be a link into the cache
    writeFileSync(file, bytes)
  }
}
