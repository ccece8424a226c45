/** dv move: data, pointer and line for git go together, or not at all. */
import { existsSync, lstatSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { planMove } from '../../src/commands/move-plan.ts'
import { moveSteps } from '../../src/commands/move-steps.ts'
import { withLock } from '../../src/repo/lock.ts'
import { withRepo } from '../../src/repo/open.ts'
import { expectDone } from '../doubles/lab.ts'
import { openTrackedLab, type TrackedLab } from './tracked-lab.ts'

let lab: TrackedLab
beforeEach(async () => {
  lab = await openTrackedLab()
})
afterEach(() => lab.close())

/** All that a refusal must leave as it was. */
const state = (): unknown => [
  lab.files('.').filter(path => !/^(\.git|\.dvc\/(tmp|cache))\//.test(path)),
  lab.git('status', '--porcelain'),
  lab.read('.gitignore'),
]

const pointerOf = (id: string, path: string, more = ''): string => `outs:\n- md5: ${id}\n${more}  hash: md5\n  path: ${path}\n`

test('a folder gets another name: pointer and ignore line follow, git is told', async () => {
  const { stdout } = await expectDone(lab.dv('move', 'data', 'pets'))
  expect(stdout).toBe('data -> pets\n\nTo track the changes with git:\n\n\tgit add .gitignore data.dvc pets.dvc\n')
  expect(lab.read('pets.dvc')).toBe(pointerOf('c503fdd94c50799556148c7935a941f9.dir', 'pets', '  size: 3\n  nfiles: 3\n'))
  expect(lab.files('pets')).toEqual(['a', 'b', 'sub/c'])
  expect([lab.has('data'), lab.has('data.dvc')]).toEqual([false, false])
  expect(lab.read('.gitignore')).toBe('/f.txt\n/pets\n')
  expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
  expect(lab.has('.dvc/tmp/dv/moving')).toBe(false)
})

test('into a folder, and back: the old .gitignore goes with its last line, comments in the pointer stay', async () => {
  lab.write('lib/code.py', '')
  lab.write('f.txt.dvc', `# ours\n${lab.read('f.txt.dvc').replace('f.txt', 'f.txt # the table')}  desc: a table\n`)
  await expectDone(lab.dv('mv', 'f.txt', 'lib'))
  expect(lab.read('lib/f.txt.dvc')).toMatch(/^# ours\nouts:\n.* path: f.txt # the table\n {2}desc: a table\n$/s)
  expect(lab.read('lib/.gitignore')).toBe('/f.txt\n')
  await expectDone(lab.dvIn(join(lab.root, 'lib'), 'mv', 'f.txt', '..'))
  expect([lab.has('lib/.gitignore'), lab.has('lib/f.txt.dvc'), lab.read('f.txt')]).toEqual([false, false, 'first\n'])
})

test.each(['hardlink', 'symlink', 'copy'])('%s: files stay what they were, and the next status hashes nothing', async type => {
  await expectDone(lab.dv('config', 'cache.type', type))
  await expectDone(lab.dv('checkout', '--relink'))
  const before = [lstatSync(join(lab.root, 'data/a')), lstatSync(join(lab.root, 'f.txt'))]
  await expectDone(lab.dv('move', 'data', 'pets'))
  await expectDone(lab.dv('move', 'f.txt', 'g.txt'))
  const after = [lstatSync(join(lab.root, 'pets/a')), lstatSync(join(lab.root, 'g.txt'))]
  expect(after.map(({ ino, mode }) => [ino, mode])).toEqual(before.map(({ ino, mode }) => [ino, mode]))
  const phases: string[] = []
  const context = { cwd: lab.root, env: process.env, signal: new AbortController().signal, now: Date.now }
  const { status } = await import('../../src/commands/status.ts')
  await status.run({}, { ...context, report: event => event.type === 'phase' && phases.push(event.name) })
  expect(phases).toEqual(['Comparing'])
})

test('data that is not here: the pointer alone is moved, and it is said', async () => {
  lab.remove('f.txt')
  const said = await expectDone(lab.dv('move', 'f.txt', 'g.txt'))
  expect(said.stderr).toContain("WARNING: 'f.txt' is missing: only its pointer is moved\nhint: dv checkout g.txt\n")
  expect(said.stdout).toContain('f.txt -> g.txt (g.txt.dvc only: the data is not here)\n')
  await expectDone(lab.dv('checkout', 'g.txt'))
  expect(lab.read('g.txt')).toBe('first\n')
})

test('changed data moves as it is, and still counts as changed', async () => {
  lab.write('data/a', 'mine')
  await expectDone(lab.dv('move', 'data', 'pets'))
  expect(lab.read('pets/a')).toBe('mine')
  expect((await lab.dv('status', '--json')).stdout).toBe('{"pets.dvc":[{"changed outs":{"pets":"modified"}}]}\n')
})

test('a pointer that has another name than its data stays; so do the others it names', async () => {
  lab.git('mv', 'f.txt.dvc', 'two.dvc')
  lab.write('two.dvc', `${lab.read('two.dvc')}- md5: ${'0'.repeat(32)}\n  hash: md5\n  path: other\n`)
  await expectDone(lab.dv('move', 'f.txt', 'g.txt'))
  expect(lab.read('two.dvc')).toMatch(/path: g.txt\n- md5: 0{32}\n {2}hash: md5\n {2}path: other\n$/)
  expect(lab.read('g.txt')).toBe('first\n')
})

test('with core.autostage git has it at once', async () => {
  await expectDone(lab.dv('config', 'core.autostage', 'true'))
  await expectDone(lab.dv('move', 'f.txt', 'g.txt'))
  expect(lab.git('status', '--porcelain')).toBe(' M .dvc/config\nM  .gitignore\nR  f.txt.dvc -> g.txt.dvc\n')
})

const refusals: readonly (readonly [string, readonly [string, string], RegExp])[] = [
  ['no such data', ['nosuch', 'x'], /Unable to find DVC file with output 'nosuch'/],
  ['a pointer', ['data.dvc', 'x'], /'data.dvc' is a pointer.*hint: dv move data …/s],
  ['a path inside', ['data/a', 'x'], /'x' lies in no data set/],
  ['no folder', ['f.txt', 'nodir/g'], /the folder 'nodir' does not exist.*mkdir -p nodir/s],
  ['a file in the way', ['f.txt', 'mine'], /'mine' exists already/],
  ['other data in the way', ['f.txt', 'data/a'], /lies in the data set 'data'/],
  ['its own place', ['f.txt', '.'], /'f.txt' is there already/],
  ['itself', ['data', 'data/x'], /cannot be moved into itself/],
  ['a pointer’s name', ['f.txt', 'x.dvc'], /is a pointer or pipeline file/],
  ['a pointer in the way', ['f.txt', 'taken'], /taken.dvc is there already/],
  ['outside', ['f.txt', '../x'], /lies outside of the repository/],
  ['git’s own', ['f.txt', '.git/x'], /belongs to git/],
  ['an ignored place', ['f.txt', 'x.tmp'], /is ignored by .dvcignore:1/],
  ['a place that git hides', ['f.txt', 'out/x'], /is git-ignored/],
]

test.each(refusals)('refused, nothing changed: %s', async (_, [src, dst], why) => {
  lab.write('mine', 'not tracked')
  lab.write('taken.dvc', 'outs:\n- path: elsewhere\n')
  lab.write('.dvcignore', '*.tmp\n')
  lab.write('.gitignore', `${lab.read('.gitignore')}out\n`)
  lab.write('out/y', '')
  const before = state()
  const { exit, stderr } = await lab.dv('move', src, dst)
  expect([exit, stderr]).toEqual([1, expect.stringMatching(why)])
  expect(state()).toEqual(before)
})

test('--dry-run says what it would do, and does nothing', async () => {
  const before = state()
  expect((await expectDone(lab.dv('move', '--dry-run', 'data', 'pets'))).stdout).toBe(
    'data -> pets\nNothing was changed: this is a dry run.\n',
  )
  expect(state()).toEqual(before)
})

const steps = Array.from({ length: 8 }, (_, at) => at)

test.each(steps.flatMap(step => [['data', 'pets', step] as const, ['f.txt', 'lib', step] as const]))(
  '%s to %s, killed before step %i: nothing is lost, and the same command ends it',
  async (src, dst, stopAt) => {
    lab.write('lib/code.py', '')
    const context = { cwd: lab.root, env: process.env, signal: new AbortController().signal, report: () => {}, now: Date.now }
    await withRepo(context, repo =>
      withLock(repo, async () => {
        for (const step of moveSteps(repo, planMove(repo, { src, dst })).slice(0, stopAt)) await step()
      }),
    )
    expect(lab.git('status', '--porcelain', '-uall')).not.toMatch(/pets\/|data\/|f\.txt$/m)
    const states = Object.values(JSON.parse((await lab.dv('status', '--json')).stdout)).flat()
    expect(states.length).toBeLessThan(2)
    if (states.length > 0) expect((await lab.dv('status')).stdout).toContain(`dv move ${src} ${dst === 'lib' ? 'lib/f.txt' : dst}`)
    if (stopAt < 7) await expectDone(lab.dv('move', src, dst))
    expect((await lab.dv('status', '--json')).stdout).toBe('{}\n')
    expect([existsSync(join(lab.root, src)), existsSync(join(lab.root, `${src}.dvc`))]).toEqual([false, false])
    expect(lab.read(dst === 'pets' ? 'pets/sub/c' : 'lib/f.txt')).toBe(dst === 'pets' ? 'c' : 'first\n')
    expect(readFileSync(join(lab.root, '.gitignore'), 'utf8')).not.toContain(`/${src}\n`)
  },
)

test('a checkout does not bring the old place back, and knows the new one', async () => {
  await expectDone(lab.dv('move', 'f.txt', 'g.txt'))
  lab.commit('moved')
  expect(await lab.dv('checkout')).toEqual({ exit: 0, stdout: '', stderr: '' })
  lab.git('checkout', '-q', 'v1')
  expect((await expectDone(lab.dv('checkout'))).stdout).toBe('A       f.txt\nD       g.txt\n')
  expect(statSync(join(lab.root, 'f.txt')).size).toBe(6)
  rmSync(join(lab.root, 'f.txt'))
})
