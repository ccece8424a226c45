/** The pointers were written by DVC 3.67.1. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { dependenciesOf, sourceOf, withSource } from '../../src/format/dependency.ts'
import { parsePointer, printPointer, updatePointer } from '../../src/format/pointer.ts'
import { checksumOfPointer, hasChangedChecksum } from '../../src/format/pointer-checksum.ts'
import { unpackGolden } from '../golden/unpack-golden.ts'

const lock = 'ed904e146a6cbc259917e8550d48760ef32b2f51'
const repo = (more = '', path = 'f.txt'): string => `deps:\n- path: ${path}\n  repo:\n    url: ../src\n${more}`
const locked = `    rev_lock: ${lock}\n`
const out = (path: string): string => `outs:\n- md5: bbe02f946d5455d74616fc9777557c22\n  size: 5\n  hash: md5\n  path: ${path}\n`

const written: readonly (readonly [what: string, md5: string, rest: string])[] = [
  ['a revision', 'aac548c07fc0c134c75fe811308824ea', `${repo(`    rev: v1\n${locked}`)}${out('f.txt')}`],
  [
    'a folder',
    '8d7b91074cc4d39c320569983e5a6516',
    `${repo(locked, 'data')}outs:\n- md5: 20ad46588e5628537eb822c2583dd63d.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: data\n`,
  ],
  ['--no-download', 'b74ffb37edd3bd7377242b63087ed561', `${repo(locked)}outs:\n- hash: md5\n  path: nd\n`],
  ['a remote', 'faa5b581ac79f04c699a822561be47c2', `${repo(`${locked}    remote: store\n`)}${out('rem')}`],
  [
    'options of a remote',
    'a5a096f776c8f692b89001d6fd657812',
    `${repo(`${locked}    remote:\n      url: /tmp/imp/remote\n      jobs: '3'\n      verify: 'true'\n`)}${out('rc4')}`,
  ],
  [
    'a configuration',
    '8770188de3f42e5cf54e956c2719419e',
    `${repo(`${locked}    config:\n      core:\n        remote: zz\n      remote:\n        zz:\n          url: /tmp/imp/remote\n`)}${out('rc2')}`,
  ],
  ['a file with a configuration', 'f859d6a5ec29cdb0e8833d25ee0c3c2c', `${repo(`${locked}    config: ../conf\n`)}${out('rc3')}`],
]

test.each(written)('%s', (_, md5, rest) => {
  const text = `md5: ${md5}\nfrozen: true\n${rest}`
  const pointer = parsePointer(text, 'x.dvc')
  expect(checksumOfPointer(pointer)).toBe(md5)
  expect(hasChangedChecksum(pointer)).toBe(false)
  expect(printPointer(withSource({ ...pointer, rest: { md5 } }, dependenciesOf(pointer)[0] ?? { path: '' }))).toBe(text)
})

test('imports by URL, as they lie in a repository of DVC', () => {
  const golden = unpackGolden('s08-import-url')
  try {
    const folder = join(golden.folder, 'repo')
    const files = readdirSync(folder).filter(name => /.\.dvc$/.test(name))
    expect(files).toHaveLength(2)
    for (const file of files) {
      const pointer = parsePointer(readFileSync(join(folder, file), 'utf8'), file)
      expect(checksumOfPointer(pointer)).toBe(pointer.rest['md5'])
      expect(sourceOf(pointer)?.path).toMatch(/^\.\.\/ext\//)
    }
  } finally {
    golden.remove()
  }
})

const [, , folderText = ''] = written[1] ?? []

test('annotations, sizes and whether it is frozen do not count; what it names does', () => {
  const changed = (text: string): boolean => hasChangedChecksum(parsePointer(`md5: 8d7b91074cc4d39c320569983e5a6516\n${text}`, 'x'))
  expect(changed(`frozen: false\ndesc: mine\nmeta: {a: 1}\nwdir: .\n${folderText.replace('size: 8', 'size: 9')}`)).toBe(false)
  expect(changed(folderText.replace('path: data\n  repo', 'path: dats\n  repo'))).toBe(true)
  expect(changed(folderText.replace(lock, 'f'.repeat(40)))).toBe(true)
  expect(changed(`wdir: sub\n${folderText}`)).toBe(true)
  expect(changed(`always_changed: true\n${folderText}`)).toBe(true)
})

test('an import without one has a changed checksum; data that was added has none, and must say none', () => {
  expect(hasChangedChecksum(parsePointer(`frozen: true\n${repo()}outs:\n- hash: md5\n  path: ne\n`, 'x'))).toBe(true)
  expect(hasChangedChecksum(parsePointer(out('x'), 'x'))).toBe(false)
  expect(hasChangedChecksum(parsePointer(`md5: ${'a'.repeat(32)}\n${out('x')}`, 'x'))).toBe(true)
})

test('a revision that comes later stands at the end, as DVC has it', () => {
  const text = `md5: ${'a'.repeat(32)}\nfrozen: true\n${folderText}`
  const pointer = parsePointer(text, 'x')
  const source = sourceOf(pointer)
  if (!source?.repo) throw new Error('no source')
  const after = updatePointer(text, withSource(pointer, { ...source, repo: { ...source.repo, rev: 'v2', rev_lock: 'f'.repeat(40) } }))
  expect(after).toBe(text.replace(lock, `${'f'.repeat(40)}\n    rev: v2`))
})

test('what --no-exec left out comes to the ends of both mappings', () => {
  const text = `frozen: true\n${repo()}outs:\n- hash: md5\n  path: ne\n`
  const pointer = parsePointer(text, 'x')
  const [output] = pointer.outputs
  if (!output) throw new Error('no output')
  const md5 = 'c'.repeat(32)
  const id = 'bbe02f946d5455d74616fc9777557c22' as NonNullable<typeof output.id>
  expect(updatePointer(text, { ...pointer, outputs: [{ ...output, id, size: 5 }], rest: { ...pointer.rest, md5 } })).toBe(
    `${text}  md5: ${id}\n  size: 5\nmd5: ${md5}\n`,
  )
})
