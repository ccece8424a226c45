import { expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { contentOfFiles, filesOfTree } from '../../src/format/cloud-files.ts'
import { parsePointer, printPointer } from '../../src/format/pointer.ts'

const a = '0cc175b9c0f1b6a831c399e269772661' as ObjectId
const bb = '21ad0bd836b90d08f4cf640b4c298e7c' as ObjectId
const file = (relpath: string, md5: string, size: number) => ({
  relpath,
  md5,
  size,
  cloud: { s: { etag: md5, version_id: `v-${relpath}` } },
})

const pointer = `outs:
- hash: md5
  path: d
  files:
  - relpath: a
    md5: ${a}
    size: 1
    cloud:
      s:
        etag: ${a}
        version_id: v-a
  - relpath: b
    md5: ${bb}
    size: 2
    cloud:
      s:
        etag: ${bb}
        version_id: v-b
`

test('the list in the pointer names the same folder as a list in a .dir object', () => {
  const [output] = parsePointer(pointer, 'd.dvc').outputs
  // DVC 3.67.1's md5 of the folder of these two files
  expect(output).toMatchObject({ id: '9dab9e40752093baf60f66f59a4e488b.dir', size: 3, fileCount: 2 })
  expect(printPointer(parsePointer(pointer, 'd.dvc'))).toBe(pointer)
})

test('a path that no folder may hold is refused with the pointer', () => {
  for (const path of ['../x', '/etc/x', '.git/hooks/x', ''])
    expect(() => parsePointer(pointer.replace('relpath: b', `relpath: '${path}'`), 'd.dvc')).toThrow(
      expect.objectContaining({ code: 'bad-pointer', message: expect.stringContaining('d.dvc') }),
    )
})

test('a file without an md5 leaves the folder without an id', () => {
  expect(contentOfFiles([{ relpath: 'a', etag: 'x' }])).toBeUndefined()
})

test('what is as it was keeps its versions, what is new has none, what is gone goes', () => {
  const before = [file('a', a, 1), file('b', bb, 2), file('c', a, 1)]
  const tree = [
    { path: 'a', id: a },
    { path: 'c', id: bb },
    { path: 'e', id: a },
  ]
  expect(filesOfTree(before, tree, id => (id === bb ? 2 : undefined))).toEqual([
    file('a', a, 1),
    { relpath: 'c', md5: bb, size: 2 },
    { relpath: 'e', md5: a },
  ])
})
