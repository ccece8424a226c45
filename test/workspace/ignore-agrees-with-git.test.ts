/** Random rules in two folders: what git says of a path, we say. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { openGitIgnore } from '../../src/workspace/ignore.ts'

const lines = [
  '/a',
  '/b',
  'a',
  '*.x',
  '!/a',
  '!a',
  '/s/a',
  's/b',
  '/a/',
  'b/',
  '/*',
  '!/s',
  '\\#c',
  '/s/*',
  '#a',
  '',
  '**/b',
  's/**/a',
  '/a.x',
  '[ab]',
]
const paths = ['a', 'b', 'c', 'a.x', 's/a', 's/b', 's/a.x', 's/t/a']
const files = fc.record({
  top: fc.array(fc.constantFrom(...lines), { maxLength: 5 }),
  sub: fc.array(fc.constantFrom(...lines), { maxLength: 5 }),
})

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'dv-ignore-'))
  execFileSync('git', ['init', '-q', root])
  mkdirSync(join(root, 's'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('agrees with git check-ignore', () => {
  fc.assert(
    fc.property(files, ({ top, sub }) => {
      writeFileSync(join(root, '.gitignore'), `${top.join('\n')}\n`)
      writeFileSync(join(root, 's/.gitignore'), `${sub.join('\n')}\n`)
      const rules = openGitIgnore(root, undefined)
      expect(paths.filter(path => rules.ignoresFile(path))).toEqual(ignoredByGit(paths))
    }),
    { numRuns: 60 },
  )
}, 60_000)

function ignoredByGit(asked: readonly string[]): readonly string[] {
  const env = { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
  try {
    return execFileSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], { cwd: root, env, input: asked.join('\0') })
      .toString()
      .split('\0')
      .filter(path => path !== '')
  } catch {
    // Exit status 1: none of them.
    return []
  }
}
