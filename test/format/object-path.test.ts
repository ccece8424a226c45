import { expect, test } from '@jest/globals'
import { parseObjectId } from '../../src/base/object-id.ts'
import { idFromObjectPath, objectPath } from '../../src/format/object-path.ts'

const id = parseObjectId('0123456789abcdef0123456789abcdef')
const tree = parseObjectId(`${id}.dir`)

test.each([
  [id, 'md5', 'files/md5/01/23456789abcdef0123456789abcdef'],
  [tree, 'md5', 'files/md5/01/23456789abcdef0123456789abcdef.dir'],
  [id, 'md5-dos2unix', '01/23456789abcdef0123456789abcdef'],
  [tree, 'md5-dos2unix', '01/23456789abcdef0123456789abcdef.dir'],
] as const)('%s of %s lies at %s', (id, hash, path) => {
  expect(objectPath(id, hash)).toBe(path)
  expect(idFromObjectPath(path, hash)).toBe(id)
})

test.each([
  '',
  'files',
  '01/23',
  'files/md5/01/23456789abcdef0123456789abcdef.tmp',
  'files/md5/01/.XyZ.tmp',
  'files/md5/0123456789abcdef0123456789abcdef',
  'files/md5/AB/23456789abcdef0123456789abcdef',
  'xfiles/md5/01/23456789abcdef0123456789abcdef',
  'runs/01/23456789abcdef0123456789abcdef',
  '.dv/tmp/x',
])('%j is the place of no object', path => {
  expect(idFromObjectPath(path, 'md5')).toBeUndefined()
  expect(idFromObjectPath(path, 'md5-dos2unix')).toBeUndefined()
})

test('the layouts do not know each other', () => {
  expect(idFromObjectPath(objectPath(id, 'md5'), 'md5-dos2unix')).toBeUndefined()
  expect(idFromObjectPath(objectPath(id, 'md5-dos2unix'), 'md5')).toBeUndefined()
})
