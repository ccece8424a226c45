import { join, sep } from 'node:path'
import { expect, test } from '@jest/globals'
import { resolveOutputPath } from '../../src/format/output-path.ts'

const root = join(sep, 'lab', 'repo')
const resolve = (path: string, workingFolder = '.', pointer = 'data/x.dvc'): string =>
  resolveOutputPath({ root, pointerFile: join(root, pointer), workingFolder, path })

test.each([
  ['x', '.', 'data/x'],
  ['x', 'sub', 'data/sub/x'],
  ['x', '..', 'x'],
  ['../other/x', '.', 'other/x'],
  [join(root, 'data', 'x'), '.', 'data/x'],
  ['..x', '.', 'data/..x'],
  ['.github', '..', '.github'],
])('%s in %s is %s', (path, workingFolder, expected) => expect(resolve(path, workingFolder)).toBe(join(root, expected)))

test.each([
  ['', '.', 'has no name'],
  ['a\0b', '.', 'NUL'],
  ['s3://bucket/x', '.', 'a URL'],
  ['..', '.', 'is the root'],
  ['.', '..', 'is the root'],
  ['../..', '.', 'outside'],
  ['../../repository/x', '.', 'outside'],
  ['/etc/passwd', '.', 'outside'],
  ['x', '../../..', 'outside'],
  ['../.git/hooks/pre-commit', '.', "'.git'"],
  ['../.GIT', '.', "'.GIT'"],
  ['config', '../.dvc', "'.dvc'"],
  ['x.dvc', '.', 'the pointer itself'],
])('%j in %j is refused', (path, workingFolder, message) =>
  expect(() => resolve(path, workingFolder)).toThrow(
    expect.objectContaining({ code: 'bad-pointer', message: expect.stringContaining(message) }),
  ),
)
