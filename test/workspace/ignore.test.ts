import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openDvcIgnore, openGitIgnore } from '../../src/workspace/ignore.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dv-ignore-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

describe('.dvcignore', () => {
  test('the last pattern that matches decides, lines are stripped, case counts', () => {
    write({ '.dvcignore': '# comment\n   *.log   \n!keep.log\n/top.txt\nBuild/\n\\#odd\n' })
    const rules = openDvcIgnore(root)
    expect(
      ['a.log', 'sub/a.log', 'keep.log', 'top.txt', 'sub/top.txt', 'build/x', 'Build/x', '#odd', 'a.LOG'].filter(rules.ignoresFile),
    ).toEqual(['a.log', 'sub/a.log', 'top.txt', 'Build/x', '#odd'])
    expect(rules.ignoresFolder('Build')).toBe(true)
    expect(rules.ignoresFile('Build')).toBe(false)
  })

  test('patterns of a folder start from it, and may undo those from above', () => {
    write({ '.dvcignore': '*.tmp\n', 'a[1]/b/.dvcignore': '!x.tmp\n/only.txt\nsub/deep.txt\nany.txt\n' })
    const rules = openDvcIgnore(root)
    const paths = [
      'a[1]/b/x.tmp',
      'a[1]/b/y.tmp',
      'a[1]/x.tmp',
      'a[1]/b/only.txt',
      'a[1]/b/c/only.txt',
      'a[1]/b/sub/deep.txt',
      'a[1]/b/c/any.txt',
      'any.txt',
      'a1/b/any.txt',
    ]
    expect(paths.filter(rules.ignoresFile)).toEqual([
      'a[1]/b/y.tmp',
      'a[1]/x.tmp',
      'a[1]/b/only.txt',
      'a[1]/b/sub/deep.txt',
      'a[1]/b/c/any.txt',
    ])
  })

  test('a folder that is left out takes all below it along, whatever a deeper file says', () => {
    write({ '.dvcignore': 'out/\n', 'out/.dvcignore': '!kept.txt\n' })
    expect(openDvcIgnore(root).ignoresFile('out/kept.txt')).toBe(true)
  })

  test('.git, .hg, .dvc and projects inside the project are always left out', () => {
    write({ 'inner/.dvc/config': '', 'inner/data.txt': '', 'x/.git': '', 'x/.hg/y': '' })
    const rules = openDvcIgnore(root)
    expect(['.git', '.dvc', 'x/.hg', 'inner', 'x/.dvc', 'plain'].filter(rules.ignoresFolder)).toEqual([
      '.git',
      '.dvc',
      'x/.hg',
      'inner',
      'x/.dvc',
    ])
    expect(['x/.git', 'x/.hg', 'inner/data.txt', 'plain.txt'].filter(rules.ignoresFile)).toEqual(['x/.git', 'inner/data.txt'])
    expect(rules.explain('inner/data.txt')).toEqual({ ignored: true, file: '', line: 0, pattern: '/inner/' })
  })

  test('says which line it was', () => {
    write({ '.dvcignore': '# x\n\n*.log\n', 'sub/.dvcignore': 'a/\n' })
    mkdirSync(join(root, 'sub/a'))
    const rules = openDvcIgnore(root)
    expect(rules.explain('sub/x.log')).toEqual({ ignored: true, file: '.dvcignore', line: 3, pattern: '*.log' })
    expect(rules.explain('sub/a')).toEqual({ ignored: true, file: 'sub/.dvcignore', line: 1, pattern: 'a/' })
    expect(rules.explain('sub/b')).toBeUndefined()
  })

  test('knows folders in which no pattern holds', () => {
    write({ '.dvcignore': '# nothing\n', 'sub/.dvcignore': 'a\n' })
    const rules = openDvcIgnore(root)
    expect([rules.hasPatterns(''), rules.hasPatterns('other/x'), rules.hasPatterns('sub'), rules.hasPatterns('sub/deep')]).toEqual([
      false,
      false,
      true,
      true,
    ])
  })
})

describe('.gitignore', () => {
  test("the user's excludes come first, then the repository's, then those of the folders", () => {
    write({ 'my-excludes': '*.a\n*.b\n*.c\n', '.git/info/exclude': '!*.b\n', '.gitignore': '!*.c\n/venv\n', 'sub/.gitignore': '/build\n' })
    const rules = openGitIgnore(root, join(root, 'my-excludes'))
    expect(['x.a', 'x.b', 'x.c'].filter(rules.ignoresFile)).toEqual(['x.a'])
    expect(['venv', 'sub/venv', 'sub/build', 'build', '.git', '.dvc'].filter(rules.ignoresFolder)).toEqual(['venv', 'sub/build', '.git'])
  })

  test('finds the excludes of a linked work tree', () => {
    write({
      'main/.git/info/exclude': 'secret\n',
      'main/.git/worktrees/w/commondir': '../..\n',
      'w/.git': `gitdir: ${root}/main/.git/worktrees/w\n`,
    })
    expect(openGitIgnore(join(root, 'w'), undefined).ignoresFile('secret')).toBe(true)
  })
})
