/** dvc and dv clean two copies of the same repository: what is left in cache and remote must be the same. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { type Lab, openLab } from './lab.ts'

describeWith(['git', 'dvc'], 'gc beside dvc', () => {
  let lab: Lab
  let copies = 0

  beforeAll(async () => {
    lab = openLab()
    await makeHistory(lab)
  }, 60_000)
  afterAll(() => lab.remove())

  /** a folder with `repo` and `remote` as they are before any gc */
  const copy = (): string => {
    const name = `copy${copies++}`
    cpSync(lab.path('made'), lab.path(name), { recursive: true, preserveTimestamps: true })
    return name
  }
  const clean = async (program: 'dvc' | 'dv', args: readonly string[], change: (at: string) => void = () => {}) => {
    const at = copy()
    change(lab.path(at, 'repo'))
    const { exit } = await lab.run(program, ['gc', ...args, '-f'], { at: `${at}/repo`, exit: 'any' })
    return { exit, cache: objectsIn(lab.path(at, 'repo', '.dvc', 'cache')), remote: objectsIn(lab.path(at, 'remote')), at }
  }
  const both = async (args: readonly string[], change: (at: string) => void = () => {}) => ({
    theirs: await clean('dvc', args, change),
    ours: await clean('dv', args, change),
  })

  test.each([
    ['-w'],
    ['-a'],
    ['-T'],
    ['-A'],
    ['--rev v1'],
    ['--rev main -n 2'],
    ['-a -n 2'],
    ['--date 2026-01-03'],
    ['-w -c'],
    ['-aT -c -r stor'],
    ['-w --not-in-remote'],
    ['-T --not-in-remote -r stor'],
    ['-w -p ../other'],
  ])('gc %s leaves the same objects', async line => {
    const [theirs, ours] = [await clean('dvc', line.split(' ')), await clean('dv', [...line.split(' '), '--now'])]
    expect(theirs.exit).toBe(0)
    expect(ours).toEqual({ ...theirs, at: ours.at })
    expect(ours.cache.length).toBeLessThan(objectsIn(lab.path('made/repo/.dvc/cache')).length + Number(line === '-A'))
  })

  test.each<[string, (at: string) => void]>([
    ['', () => {}],
    ['-w -c --not-in-remote', () => {}],
    ['-w -n 2', () => {}],
    ['--rev nosuch', () => {}],
    ['-w -c', at => writeFileSync(join(at, '.dvc/config'), '')],
    ['-w -c -r nosuch', () => {}],
    [
      '-w -c',
      at =>
        writeFileSync(join(at, '.dvc/config'), '[core]\n    remote = v\n[\'remote "v"\']\n    url = s3://b/p\n    version_aware = true\n'),
    ],
    ['-w', at => writeFileSync(join(at, 'bad.dvc'), 'outs: 7\n')],
  ])('gc %s is refused alike, and changes nothing', async (line, change) => {
    const args = line.split(' ').filter(word => word !== '')
    const { theirs, ours } = await both(args, change)
    expect(ours.exit).toBe(theirs.exit)
    expect(ours.exit).not.toBe(0)
    expect(ours.cache).toEqual(objectsIn(lab.path('made/repo/.dvc/cache')))
    expect(ours.remote).toEqual(objectsIn(lab.path('made/remote')))
  })

  test('without -f and without a terminal both leave with 1', async () => {
    const at = copy()
    const [theirs, ours] = [
      await lab.run('dvc', ['gc', '-w'], { at: `${at}/repo`, exit: 'any' }),
      await lab.run('dv', ['gc', '-w'], { at: `${at}/repo`, exit: 'any' }),
    ]
    expect([theirs.exit, ours.exit]).toEqual([1, 1])
    expect(objectsIn(lab.path(at, 'repo/.dvc/cache'))).toEqual(objectsIn(lab.path('made/repo/.dvc/cache')))
  })

  test('dvc gc and dvc cache migrate leave what is ours as it was', async () => {
    const at = copy()
    const repo = lab.path(at, 'repo')
    const run = (...words: readonly string[]) => lab.run(words[0] ?? '', words.slice(1), { at: `${at}/repo` })
    await run('dv', 'gc', '-w', '-f')
    await run('dv', 'status')
    await run('dv', 'push')
    writeFileSync(join(repo, '.dvc/dv.yaml'), 'gc:\n  trash: 30 days\n')
    for (const folder of [join(repo, '.dvc/cache/.dv/damaged'), lab.path(at, 'remote/.dv/tmp')]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `ab${'c'.repeat(30)}`), 'ours')
    }
    const ours = () =>
      ['repo/.dvc/cache/.dv', 'remote/.dv', 'repo/.dvc/tmp/dv', 'repo/.dvc/dv.yaml'].flatMap(name => contentsOf(lab.path(at, name)))
    const before = ours()
    expect(before.filter(line => line.includes('trash')).length).toBeGreaterThan(3)
    await run('dvc', 'gc', '-w', '-c', '-f')
    await run('dvc', 'cache', 'migrate')
    expect(ours()).toEqual(before)
    await run('dv', 'gc', '--undo')
    await run('dv', 'status')
  })
})

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Three versions on main, another on a branch, a data set of DVC 2, what nobody names, and a second project with the same cache. */
async function makeHistory(lab: Lab): Promise<void> {
  const at = 'made/repo'
  const put = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(lab.path(at, name)), { recursive: true })
      writeFileSync(lab.path(at, name), text)
    }
  }
  const commit = (message: string, day: number) =>
    lab.type(`git add -A && GIT_COMMITTER_DATE=2026-01-0${day}T12:00:00Z git commit -qm ${message}`, { at })
  mkdirSync(lab.path(at), { recursive: true })
  await lab.type('git init -q && dv init -q && dv remote add -q -d stor ../remote', { at })
  const legacy = (text: string): string => {
    for (const folder of ['made/repo/.dvc/cache', 'made/remote']) {
      mkdirSync(lab.path(folder, md5(text).slice(0, 2)), { recursive: true })
      writeFileSync(lab.path(folder, md5(text).slice(0, 2), md5(text).slice(2)), text, { mode: 0o444 })
    }
    return md5(text)
  }
  const old = legacy('old\n')
  legacy('nobody names this\n')
  put({
    'data/a': 'one',
    'data/b': 'two',
    'data/sub/c': 'same',
    table: '1',
    'old.txt': 'old\n',
    'old.txt.dvc': `outs:\n- md5: ${old}\n  size: 4\n  path: old.txt\n`,
  })
  writeFileSync(lab.path(at, '.gitignore'), '/old.txt\n')
  await lab.type('dv add -q data table && dv push -q', { at })
  await commit('v1', 1)
  await lab.type('git tag v1 && git checkout -qb side', { at })
  put({ 'data/only-side': 'side' })
  await lab.type('dv add -q data && dv push -q', { at })
  await commit('side', 2)
  await lab.type('git checkout -q main && dv checkout -q', { at })
  put({ 'data/a': 'one more', table: '2' })
  await lab.type('dv add -q data table && dv push -q', { at })
  await commit('v2', 3)
  put({ 'data/a': 'third', 'data/d': 'not pushed' })
  await lab.type('dv add -q data', { at })
  await commit('v3', 4)
  put({ loose: 'thrown away' })
  await lab.type('dv add -q loose && rm loose.dvc loose && git checkout -q .gitignore', { at })
  await lab.type('git init -q ../other && cd ../other && dv init -q && printf thrown\\ away > mine && dv add -q mine', { at })
}

/** every file but ours, sorted */
const objectsIn = (folder: string): readonly string[] =>
  namesBelow(folder).filter(name => !name.startsWith('.dv/') && !name.startsWith('runs/'))

const contentsOf = (path: string): readonly string[] =>
  namesBelow(path).map(name => `${path}/${name} ${md5(readFileSync(join(path, name), 'latin1'))}`)

function namesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  if (
    !readdirSync(dirname(folder), { withFileTypes: true }).some(
      entry => join(dirname(folder), entry.name) === folder && entry.isDirectory(),
    )
  )
    return ['']
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
