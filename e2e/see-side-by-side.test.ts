/** dv and dvc look at the same repository, and must see the same: JSON, exit statuses, and the text and table of diff. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { type Lab, openLab } from './lab.ts'

describeWith(['dvc'], 'what dv and dvc see', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = openLab()
    await lab.type(
      'git init -q repo && cd repo && dvc init -q && dvc remote add -q -d store "$PWD/../remote" && git add -A && git commit -q -m init',
    )
    await setUp()
  }, 60_000)
  afterAll(() => lab.remove())

  const at = (...parts: readonly string[]): string => lab.path('repo', ...parts)
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(at(path), '..'), { recursive: true })
      rmSync(at(path), { force: true })
      writeFileSync(at(path), text)
    }
  }

  /** Two tags, then a work tree that differs from both: pointers changed and not committed, data changed and not added. */
  async function setUp(): Promise<void> {
    write({ 'd/a': 'a', 'd/b': 'b', 'd/s/c': 'c', 'd/twice': 'c', 'gone/x': 'x', 'é 日本.txt': 'u', 'w/inner/f': 'f', turned: 'file' })
    await lab.type(`dvc add -q d gone 'é 日本.txt' w/inner turned && git add -A && git commit -q -m one && git tag v1`, { at: 'repo' })
    write({ 'd/b': 'B', 'd/new': 'a', 'd/s/moved': 'c', 'w/inner/g': 'g' })
    for (const path of ['d/a', 'd/s/c', 'turned']) rmSync(at(path))
    write({ 'turned/now': 'folder' })
    await lab.type(`dvc add -q d w/inner turned && dvc push -q && git rm -q gone.dvc && git commit -q -am two && git tag v2`, {
      at: 'repo',
    })
    write({ 'd/b': 'third', 'loose/u': 'u', 'd/s/later': 'l', 'fresh/1': '1' })
    await lab.type(`dvc add -q fresh && git mv 'é 日本.txt.dvc' u.dvc && sed -i 's/path: .*/path: u/' u.dvc`, { at: 'repo' })
    renameSync(at('é 日本.txt'), at('u'))
    rmSync(at('w/inner/f'))
  }

  /** Both programs, in a folder of the repository; dvc first, since dv may leave a list of files in the cache. */
  async function both(words: readonly string[], folder = '.'): Promise<readonly { readonly exit: number; readonly stdout: string }[]> {
    const said: { readonly exit: number; readonly stdout: string }[] = []
    for (const program of ['dvc', 'dv']) {
      const { exit, stdout } = await lab.run(program, words, { at: `repo/${folder}`, exit: 'any' })
      said.push({ exit, stdout })
    }
    return said
  }

  async function expectSameJson(words: readonly string[], folder?: string): Promise<void> {
    const [theirs, ours] = (await both(words, folder)).map(({ exit, stdout }) => ({
      words,
      exit,
      json: stdout === '' ? '' : sorted(JSON.parse(stdout)),
    }))
    expect(ours).toEqual(theirs)
  }

  test.each([
    ['data', 'status', '--json'],
    ['data', 'status', '--json', '--granular', '--unchanged', '--untracked-files'],
    ['data', 'status', '--json', '--granular', 'd/s', 'w', 'nosuch'],
    ['data', 'status', '--json', '--not-in-remote', '--granular'],
    ['diff', '--json', '--show-hash'],
    ['diff', '--json', '--show-hash', 'v1', 'v2'],
    ['diff', '--json', 'v2', 'v1', '--targets', 'd', 'turned.dvc'],
    ['diff', '--json', 'v1', '--targets', 'd/s/moved', 'u'],
    ['status', '--json', '--no-updates'],
  ])('%s %s …', async (...words) => expectSameJson(words))

  test('from a folder below', async () => {
    await expectSameJson(['data', 'status', '--json', '--untracked-files'], 'w')
    await expectSameJson(['status', '--json', '--no-updates'], 'w')
    const [theirs, ours] = await both(['root'], 'w')
    expect(ours).toEqual(theirs)
  })

  test('diff as text and as a table, letter for letter', async () => {
    for (const words of [['diff'], ['diff', 'v1', 'v2', '--show-hash'], ['diff', 'v1', '--md', '--show-hash']]) {
      const [theirs, ours] = await both(words)
      expect({ words, ...ours }).toEqual({ words, ...theirs })
    }
  })

  test('what is refused, with the same exit status', async () => {
    for (const words of [
      ['diff', 'v1', 'nosuch'],
      ['diff', '--targets', 'nosuch'],
      ['data', 'status', '--not-in-remote', '-r', 'nosuch'],
      ['check-ignore'],
    ]) {
      const [theirs, ours] = await both(words)
      expect({ words, exit: ours?.exit }).toEqual({ words, exit: theirs?.exit })
    }
  })

  test('which lines ignore what', async () => {
    write({ '.dvcignore': '*.tmp\n!keep.tmp\n/d/s/\n*.log\nk*\n', 'w/.dvcignore': '*.log\n!x.log\n' })
    const paths = ['a.tmp', 'keep.tmp', 'd/s', 'd/s/moved', 'w/a.log', 'w/x.log', 'kept', 'd/a', '.dvc/config', '.git']
    for (const words of [
      ['check-ignore', ...paths],
      ['check-ignore', '-d', '-n', ...paths],
    ]) {
      const [theirs, ours] = await both(words)
      expect({ words, ...ours }).toEqual({ words, ...theirs })
    }
    for (const path of ['.dvcignore', 'w/.dvcignore']) rmSync(at(path))
    await lab.type('git checkout -q .dvcignore', { at: 'repo' })
  })

  test('without objects in the cache: lists of files come from the remote, or nothing is known of them', async () => {
    await lab.type('dvc push -q', { at: 'repo' })
    renameSync(at('.dvc/cache'), lab.path('cache'))
    forgetOfDvc()
    await expectSameJson(['data', 'status', '--json', '--granular'])
    rmSync(at('.dvc/cache'), { recursive: true, force: true })
    renameSync(lab.path('remote'), lab.path('remote away'))
    forgetOfDvc()
    // of a folder that is as its pointer says dv knows the files by the work tree, where DVC with a cold index says that it does not
    write({ 'fresh/2': '2', 'turned/more': 'm' })
    await expectSameJson(['data', 'status', '--json', '--granular'])
    await expectSameJson(['diff', '--json', 'v2'])
    renameSync(lab.path('cache'), at('.dvc/cache'))
  })

  /** DVC keeps lists of files of its own. */
  const forgetOfDvc = (): void => rmSync(lab.path('home/dvc-site'), { recursive: true, force: true })

  test('before the first commit, and without git', async () => {
    await lab.type('git init -q ../first && cd ../first && dvc init -q && echo 1 > f && dvc add -q f', { at: 'repo' })
    await lab.type('mkdir ../plain && cd ../plain && dvc init -q --no-scm && echo 1 > f && dvc add -q f && echo 2 > f', { at: 'repo' })
    await expectSameJson(['data', 'status', '--json'], '../first')
    await expectSameJson(['diff', '--json'], '../first')
    await expectSameJson(['data', 'status', '--json', '--unchanged'], '../plain')
    const [theirs, ours] = await both(['diff', '--json'], '../plain')
    expect(ours).toEqual(theirs)
  })
})

/** The order of keys and of lists of paths tells nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
