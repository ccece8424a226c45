import { expect, test } from '@jest/globals'
import { globPattern, isGlob } from '../../src/repo/glob-pattern.ts'

test.each([
  ['*.dvc', ['a.dvc', 'x.y.dvc'], ['.a.dvc', 'd/a.dvc', 'a.dvcx']],
  ['d/?', ['d/a', 'd/é'], ['d/', 'd/ab', 'd/.']],
  ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', '.h/x', 'a/.h/x']],
  ['a/**', ['a/b', 'a/b/c'], ['b', 'ab']],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['a/xb']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
  ['[!a]x', ['bx'], ['ax', '/x']],
  ['[]]x', [']x'], ['x']],
  ['a.b+(c)$', ['a.b+(c)$'], ['aXb+(c)$']],
  ['[a', ['[a'], ['a']],
])('%s', (glob, matching, other) => {
  const pattern = globPattern(glob)
  expect(matching.filter(path => !pattern.test(path))).toEqual([])
  expect(other.filter(path => pattern.test(path))).toEqual([])
})

test('tells patterns from names', () => {
  expect(['a*', 'a?', '[a]', 'a', 'a.b'].filter(isGlob)).toEqual(['a*', 'a?', '[a]'])
})
