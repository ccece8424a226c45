import { describe, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { type Output, type Pointer, parsePointer, printPointer, updatePointer } from '../../src/format/pointer.ts'

const a = 'a'.repeat(32) as ObjectId
const b = 'b'.repeat(32) as ObjectId
const file: Output = { path: 'a.txt', id: a, hash: 'md5', size: 6, cached: true, pushed: true, rest: {} }
const pointerOf = (...outputs: Output[]): Pointer => ({ outputs, workingFolder: '.', imported: false, frozen: false, rest: {} })
const parse = (text: string): Pointer => parsePointer(text, 'x.dvc')
/** The first output, with some of it changed. */
const change = (text: string, changes: Partial<Output>): string => {
  const pointer = parse(text)
  return updatePointer(text, {
    ...pointer,
    outputs: pointer.outputs.map((output, index) => (index === 0 ? { ...output, ...changes } : output)),
  })
}

describe('parsePointer', () => {
  test('a file', () => expect(parse(`outs:\n- md5: ${a}\n  size: 6\n  hash: md5\n  path: a.txt\n`)).toEqual(pointerOf(file)))

  test('a folder, an executable, data of DVC 2', () => {
    const text = `outs:\n- md5: ${a}.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: '123'\n- md5: ${b}\n  isexec: true\n  path: run me.sh\n`
    expect(parse(text).outputs).toEqual([
      { ...file, id: `${a}.dir`, size: 4, fileCount: 2, path: '123' },
      { path: 'run me.sh', id: b, hash: 'md5-dos2unix', executable: true, cached: true, pushed: true, rest: {} },
    ])
  })

  test('the quick way and the package agree', () => {
    const text = `outs:\n- md5: ${a}.dir\n  size: 4\n  nfiles: 2\n  isexec: true\n  hash: md5\n  path: 'it: # x'\n- md5: ${b}\n  path: \n    ${'x'.repeat(90)}\n`
    expect(parse(`# slowly\n${text}`)).toEqual(parse(text))
  })

  test('a space behind a plain path is no part of it', () => expect(parse(`outs:\n- md5: ${a}\n  path: x \n`).outputs[0]?.path).toBe('x'))

  test('an import keeps what it is made of', () => {
    const text = `md5: ${b}\nfrozen: true\ndeps:\n- path: f.txt\n  repo:\n    url: ../src\n    rev_lock: ${a}\nouts:\n- md5: ${a}\n  size: 6\n  hash: md5\n  path: a.txt\nwdir: sub\n`
    expect(parse(text)).toEqual({
      outputs: [file],
      workingFolder: 'sub',
      imported: true,
      frozen: true,
      rest: { md5: b, deps: [{ path: 'f.txt', repo: { url: '../src', rev_lock: a } }] },
    })
  })

  test('data kept by versions in the cloud has no md5', () => {
    const cloud = { va: { etag: a, version_id: '1' } }
    const text = `outs:\n- hash: md5\n  path: dd\n  files:\n  - relpath: s/y\n    md5: ${a}\n    size: 2\n    cloud:\n      va:\n        etag: ${a}\n        version_id: '1'\n`
    expect(parse(text).outputs).toEqual([
      {
        path: 'dd',
        id: '18f5732137b0282ff03ba1690444f060.dir', // as if the list were a .dir object
        size: 2,
        fileCount: 1,
        hash: 'md5',
        cached: true,
        pushed: true,
        rest: { files: [{ relpath: 's/y', md5: a, size: 2, cloud }] },
      },
    ])
  })

  test.each(['', '\n', '# nothing\n', '{}', 'outs:\n', 'outs: []\n', 'null'])('%j has no outputs', text =>
    expect(parse(text).outputs).toEqual([]),
  )

  test.each([
    ['digits only', '0'.repeat(32), '0'.repeat(32)],
    ['digits and an e', `1e${'3'.repeat(30)}`, `1e${'3'.repeat(30)}`],
    ['quoted', `'${'1'.repeat(32)}'`, '1'.repeat(32)],
    ['upper case', 'A'.repeat(32), a],
    ['nothing', '', undefined],
    ['null', 'null', undefined],
  ])('an md5 of %s', (_, written, id) => {
    expect(parse(`# c\nouts:\n- md5: ${written}\n  path: x\n`).outputs[0]?.id).toBe(id)
  })

  test.each([
    [`outs:\n- md5: ${a}\n  foo: 1\n  path: x\n`, "x.dvc is not a pointer: unknown key 'foo' in outs -> 0 -> foo, line 3, column 3"],
    ['cmd: ls\n', "x.dvc is not a pointer: unknown key 'cmd' in cmd, line 1, column 1"],
    ['# c\n\n__proto__: {outs: []}\n', "x.dvc is not a pointer: unknown key '__proto__' in __proto__, line 3, column 1"],
    [`outs:\n- md5: ${a}\n`, "'path' is missing in outs -> 0, line 2, column 3"],
    [`outs:\n- md5: ${a}\n  path: 123\n`, 'expected text in outs -> 0 -> path, line 3, column 3'],
    [`outs:\n- md5: ${a}\n  path: null\n`, 'expected text'],
    ['outs:\n- path: 1\n', 'expected text in outs -> 0 -> path, line 2, column 3'],
    ["outs:\n- path: ''\n", 'expected a path in outs -> 0 -> path'],
    ['outs:\n- path: x\n  size: 1.5\n', 'expected a whole number in outs -> 0 -> size, line 3, column 3'],
    ['outs:\n- path: x\n  size: -1\n', 'expected a whole number'],
    ["outs:\n- path: x\n  size: '1'\n", 'expected a whole number'],
    ['outs:\n- path: x\n  push: yes\n', 'expected true or false'],
    ['outs:\n- path: x\n  md5: xyz\n', 'is not an md5'],
    ['outs:\n- path: x\n  hash: sha1\n', 'unknown hash "sha1" in outs -> 0 -> hash, line 3, column 3'],
    ['outs:\n- path: x\n  labels: [1]\n', 'expected text in outs -> 0 -> labels -> 0'],
    ['outs:\n- path: x\n  cloud: {a: {}, b: {}}\n', 'expected one remote'],
    ['outs: x\n', 'expected a list in outs, line 1, column 1'],
    ['- a\n', 'expected a mapping, line 1, column 1'],
    ['text', 'expected a mapping'],
    ['deps:\n- repo: {rev: x}\n', "'url' is missing in deps -> 0 -> repo, line 2, column 3"],
    ['outs: [\n', 'x.dvc is not valid YAML'],
    ['outs:\n- path: x\n  path: y\n', 'Map keys must be unique, line 3, column 3'],
    ['a: 1\n---\nb: 2\n', 'is not valid YAML'],
    ['meta: &x [*x]\n', 'is not valid YAML'],
    [`meta: ${'['.repeat(20_000)}`, 'is not valid YAML'],
    ['outs:\n<<<<<<< HEAD\n- path: x\n=======\n- path: y\n>>>>>>> other\n', 'it has a git merge conflict, line 2'],
  ])('%j is refused', (text, message) =>
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'bad-pointer', message: expect.stringContaining(message) })),
  )

  test('a few lines that expand to gigabytes are refused', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, level) =>
        `  a${level}: &a${level} [${Array(9)
          .fill(level === 0 ? 'x' : `*a${level - 1}`)
          .join(', ')}]`,
    )
    expect(() => parse(`meta:\n${bomb.join('\n')}\n`)).toThrow(expect.objectContaining({ code: 'bad-pointer' }))
  })

  test('nothing is polluted', () => {
    const { rest } = parse('meta:\n  __proto__:\n    polluted: true\n')
    expect(Object.keys(rest['meta'] as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('printPointer', () => {
  test("keys in DVC's order, defaults left out", () => {
    const output: Output = {
      ...file,
      fileCount: 1,
      executable: true,
      remote: 'alt',
      cached: false,
      pushed: false,
      rest: { persist: true, meta: { k: 'v' }, labels: ['x'], type: 'model', desc: 'd', cloud: { r: { etag: 'e' } } },
    }
    const pointer: Pointer = {
      outputs: [output],
      workingFolder: 'sub',
      imported: true,
      frozen: true,
      rest: { meta: 1, deps: [{ path: 'p' }], md5: b, desc: 'all' },
    }
    const text = printPointer(pointer)
    expect(text).toMatchInlineSnapshot(`
"desc: all
md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
wdir: sub
frozen: true
deps:
- path: p
outs:
- md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  size: 6
  nfiles: 1
  isexec: true
  cloud:
    r:
      etag: e
  hash: md5
  path: a.txt
  desc: d
  type: model
  labels:
  - x
  meta:
    k: v
  cache: false
  persist: true
  remote: alt
  push: false
meta: 1
"
`)
    expect(parse(text)).toEqual(pointer)
  })

  test('data of DVC 2 has no hash key', () =>
    expect(printPointer(pointerOf({ ...file, hash: 'md5-dos2unix' }))).toBe(`outs:\n- md5: ${a}\n  size: 6\n  path: a.txt\n`))
  test('no outputs', () => expect(printPointer(pointerOf())).toBe('{}\n'))
})

describe('updatePointer', () => {
  const annotated = `# top comment
desc: the stage description
meta:   # user meta
  owner: ada
  list: [1, 2,   3]
outs:
# before item
  - md5: ${a} # trailing
    size: 10   # bytes

    path: a
    hash: md5
    desc: "out desc"
    labels: [x, y]
    meta: {k: v}
    push: false

# the end
`
  test('what did not change is the same text', () => expect(updatePointer(annotated, parse(annotated))).toBe(annotated))

  test('values change where they stand, new keys go to the end, removed ones go with their line', () => {
    const { push, ...rest } = { push: 0, ...(parse(annotated).outputs[0]?.rest ?? {}) }
    const text = change(annotated, {
      id: b,
      size: 11,
      fileCount: 3,
      pushed: true,
      rest: { ...rest, desc: 'new: desc', labels: ['x', 'y z'] },
    })
    expect(text).toBe(
      annotated
        .replace(a, b)
        .replace('size: 10', 'size: 11')
        .replace('"out desc"', "'new: desc'")
        .replace('[x, y]', '[x, y z]')
        .replace('    push: false\n', '    nfiles: 3\n'),
    )
  })

  test('as DVC: a size that comes later stands at the end', () => {
    const text = `outs:\n- md5: ${a}.dir\n  nfiles: 3\n  hash: md5\n  path: data\n`
    expect(change(text, { id: `${b}.dir` as ObjectId, size: 14 })).toBe(
      `outs:\n- md5: ${b}.dir\n  nfiles: 3\n  hash: md5\n  path: data\n  size: 14\n`,
    )
  })

  test('as DVC: data of DVC 2 that changed gets its hash key at the end', () => {
    const text = `outs:\n- md5: ${a}\n  size: 6\n  path: a\n`
    expect(change(text, { id: b, hash: 'md5' })).toBe(`outs:\n- md5: ${b}\n  size: 6\n  path: a\n  hash: md5\n`)
  })

  test('the size goes when it is not known', () => {
    const text = `outs:\n- md5: ${a}.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: d\n`
    const pointer = parse(text)
    const outputs = pointer.outputs.map(({ size, ...output }) => output)
    expect(updatePointer(text, { ...pointer, outputs })).toBe(text.replace('  size: 4\n', ''))
  })

  test('the first key of an item goes', () => {
    const without = (text: string): string => {
      const pointer = parse(text)
      return updatePointer(text, { ...pointer, outputs: pointer.outputs.map(({ size, ...output }) => output) })
    }
    expect(without(`# c\nouts:\n- size: 3\n  md5: ${a}\n  path: x\n`)).toBe(`# c\nouts:\n- md5: ${a}\n  path: x\n`)
    expect(without(`outs:\n- size: 3 # three\n  # which\n  md5: ${a}\n  path: x\n`)).toBe(`outs:\n-\n  # which\n  md5: ${a}\n  path: x\n`)
  })

  test('other outputs of the pointer stay', () => {
    const text = `outs:\n- path: x # first\n  md5: ${a}\n- path: y # second\n  md5: ${a}\n`
    expect(change(text, { id: b })).toBe(text.replace(a, b))
  })

  test.each([
    ['flow style', `outs:\n- {md5: ${a}, path: x} # c\n`, `outs:\n- {md5: ${b}, size: 5, path: x} # c\n`],
    ['no line feed at the end', `# c\nouts:\n- md5: ${a}\n  path: x`, `# c\nouts:\n- md5: ${b}\n  path: x\n  size: 5\n`],
    ['line ends of Windows', `# c\r\nouts:\r\n- md5: ${a}\r\n  path: x\r\n`, `# c\r\nouts:\r\n- md5: ${b}\r\n  path: x\r\n  size: 5\r\n`],
    [
      'a block at the end',
      `outs:\n- md5: ${a}\n  path: x\n  desc: |\n    two\n    lines\n# end\n`,
      `outs:\n- md5: ${b}\n  path: x\n  desc: |\n    two\n    lines\n  size: 5\n# end\n`,
    ],
    [
      'nested values at the end',
      `outs:\n- md5: ${a}\n  path: x\n  meta:\n    k:\n    - v # c\n`,
      `outs:\n- md5: ${b}\n  path: x\n  meta:\n    k:\n    - v # c\n  size: 5\n`,
    ],
    ['an anchor', `outs:\n- md5: &m ${a}\n  path: x\nmeta: *m\n`, `outs:\n- md5: &m ${b}\n  path: x\n  size: 5\nmeta: *m\n`],
  ])('%s', (_, before, after) => {
    const result = change(before, { id: b, size: 5 })
    if (before.includes('*m')) expect(parse(result).outputs).toEqual(parse(after).outputs)
    else expect(result).toBe(after)
  })

  test('keys at the top', () => {
    const text = `# c\nouts:\n- md5: ${a} # t\n  path: x\n# end\n`
    const frozen = updatePointer(text, { ...parse(text), frozen: true, workingFolder: 'sub' })
    expect(frozen).toBe(`# c\nouts:\n- md5: ${a} # t\n  path: x\nwdir: sub\nfrozen: true\n# end\n`)
    expect(updatePointer(frozen, parse(text))).toBe(text)
  })

  test('another number of outputs', () => {
    const text = `# c\nouts:\n- md5: ${a} # t\n  path: x\n`
    const pointer = pointerOf(...parse(text).outputs, file)
    const updated = updatePointer(text, pointer)
    expect(parse(updated)).toEqual(pointer)
    expect(updated).toContain('# c\n')
  })

  test('an empty file', () => expect(updatePointer('', pointerOf(file))).toBe(printPointer(pointerOf(file))))

  test('an old text that is no pointer is refused', () =>
    expect(() => updatePointer('x: 1', pointerOf(file))).toThrow(expect.objectContaining({ code: 'bad-pointer' })))
})
