import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { unpackGolden } from '../golden/unpack-golden.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openReadyLab()
})
afterEach(() => lab.close())

test('s05-dvcignore: what the real DVC said', async () => {
  const golden = unpackGolden('s05-dvcignore')
  const steps = golden.expect.steps.filter(step => step.argv[1] === 'check-ignore')
  expect(steps.length).toBeGreaterThan(3)
  for (const { argv, rc, stdout } of steps)
    expect({ argv, ...(await lab.dvIn(join(golden.folder, 'repo'), ...argv.slice(1))) }).toEqual({ argv, exit: rc, stdout, stderr: '' })
  golden.remove()
})

/** Made with DVC 3.67.1, each before there was a subrepo: that would cut the row of patterns in which DVC looks for the first. */
const decided: readonly (readonly [path: string, shown: string])[] = [
  ['.git', ':.git'],
  ['.dvc/config', ':.dvc/'],
  ['data/build/o', '.dvcignore:3:/data/build/'],
  ['data/build/important.tmp', '.dvcignore:3:/data/build/'],
  ['n/a.log', '.dvcignore:5:*.log'],
  ['n/keep.log', 'n/.dvcignore:2:!keep.log'],
  ['n/m/keep.log', 'n/.dvcignore:2:!keep.log'],
  ['keep.log', '.dvcignore:5:*.log'],
  ['kx.log', '.dvcignore:5:*.log'],
  ['kx', '.dvcignore:7:k*'],
  ['m/x', '.dvcignore:9:/m/x'],
  ['subrepo', 'in sub_repo:subrepo'],
  ['subrepo/f', 'in sub_repo:subrepo'],
  ['n/m/a.tmp', '.dvcignore:1:*.tmp'],
  ['n/m/x', '::'],
  ['../outside.tmp', '::'],
  ['.', '::'],
]

describe('the line that decides', () => {
  beforeEach(() => {
    lab.write('.dvcignore', '*.tmp\n!important.tmp\n/data/build/\n# comment\n*.log\n.DS_Store\nk*\n  *.log  \n/m/x\n')
    lab.write('n/.dvcignore', '*.log\n!keep.log\n')
    lab.write('subrepo/.dvc/config', '')
  })

  test('of each path', async () => {
    const { stdout } = await lab.dv('check-ignore', '-d', '-n', ...decided.map(([path]) => path))
    expect(stdout.trimEnd().split('\n')).toEqual(decided.map(([path, shown]) => `${shown}\t${path}`))
  })

  test('from a folder below, by absolute path, as JSON', async () => {
    const said = await lab.dvIn(join(lab.root, 'n'), 'check-ignore', '-d', 'a.log', '../b.tmp', join(lab.root, 'n/a.log'))
    expect(said.stdout).toBe(`.dvcignore:5:*.log\ta.log\n.dvcignore:1:*.tmp\t../b.tmp\n.dvcignore:5:*.log\t${join(lab.root, 'n/a.log')}\n`)
    expect(JSON.parse((await lab.dv('check-ignore', '--json', 'a.tmp', 'important.tmp', 'x')).stdout)).toEqual([
      { path: 'a.tmp', ignored: true, pattern: '.dvcignore:1:*.tmp' },
      { path: 'important.tmp', ignored: false, pattern: '.dvcignore:2:!important.tmp' },
      { path: 'x', ignored: false, pattern: null },
    ])
  })

  test('the exit status answers', async () => {
    expect(await lab.dv('check-ignore', '-q', 'a.tmp')).toEqual({ exit: 0, stdout: '', stderr: '' })
    expect(await lab.dv('check-ignore', 'x', 'important.tmp')).toEqual({ exit: 1, stdout: '', stderr: '' })
    expect((await lab.dv('check-ignore', '-d', 'important.tmp')).exit).toBe(0)
  })
})

test('paths from stdin, up to an empty line', async () => {
  const piped = await openReadyLab({ lines: ['b.tmp', 'a.txt', '', 'x.tmp'] })
  piped.write('.dvcignore', '*.tmp\n')
  expect(await piped.dv('check-ignore', '--stdin')).toEqual({ exit: 0, stdout: 'b.tmp\n', stderr: '' })
  expect((await piped.dv('check-ignore', '--stdin', '-d', '-n')).stdout).toBe('.dvcignore:1:*.tmp\tb.tmp\n::\ta.txt\n')
  piped.close()
})

test.each([
  ['nothing to check', [], '`targets` or `--stdin` needed'],
  ['both', ['--stdin', 'x'], 'cannot have both `targets` and `--stdin`'],
  ['-n alone', ['-n', 'x'], '`--non-matching` is only valid with `--details`'],
  ['-a alone', ['-a', 'x'], '`--all` is only valid with `--details`'],
  ['details that nobody sees', ['-q', '-d', 'x'], 'cannot use both `--details` and `--quiet`'],
])('%s', async (_what, words, message) => {
  expect(await lab.dv('check-ignore', ...words)).toMatchObject({ exit: 255, stdout: '', stderr: expect.stringContaining(message) })
})
