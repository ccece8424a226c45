/** What holds for every value, not only for those that somebody thought of. */
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { compareCodePoints } from '../src/base/code-points.ts'
import { DvError } from '../src/base/error.ts'
import type { ObjectId } from '../src/base/object-id.ts'
import { type ConfigFile, parseConfigFile, printConfigFile } from '../src/format/config-file.ts'
import { createDos2UnixHash } from '../src/format/dos2unix.ts'
import { addIgnoreLine, removeIgnoreLine } from '../src/format/git-ignore-lines.ts'
import { idFromObjectPath, objectPath } from '../src/format/object-path.ts'
import { type Output, type Pointer, parsePointer, printPointer, updatePointer } from '../src/format/pointer.ts'
import { checkConfig } from '../src/format/settings.ts'
import { parseTree, printTree } from '../src/format/tree.ts'

const hex = fc.stringMatching(/^[0-9a-f]{32}$/)
const fileId = hex as fc.Arbitrary<ObjectId>
const anyId = fc.tuple(hex, fc.constantFrom('', '.dir')).map(([digits, suffix]) => (digits + suffix) as ObjectId)
/** Well-formed Unicode, rich in what quotes, escapes and folds. */
const text = fc.string({
  unit: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...'aZ0 .-_/:#\'"\\,[]{}&*!|>%@`~=<?\n\t\r',
        ' ',
        ' ',
        'word',
        '\u{1f600}',
        'é',
        '\u2028',
        '\x85',
        '\ufeff',
        '\x7f',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  ),
  maxLength: 120,
})
const somePath = text.filter(path => path !== '')
const safePart = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map(part => `x${part.replace(/[/\0\\:*?"<>|]/g, '_')}x`)
const treePath = fc.array(safePart, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))

/** What JSON and YAML both hold. Whole numbers, since JavaScript does not tell 1.0 from 1. */
const plainValue = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ maxLength: 5 }).map(key => `k${key}`),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined })
/** Leaves out what is undefined, as the parsers do. */
const compact = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Value

const output = fc
  .record({
    path: somePath,
    id: optional(anyId),
    hash: fc.constantFrom('md5', 'md5-dos2unix'),
    size: optional(fc.maxSafeNat()),
    fileCount: optional(fc.nat()),
    executable: optional(fc.constant(true)),
    remote: optional(text),
    cached: fc.boolean(),
    pushed: fc.boolean(),
    rest: fc
      .record({ desc: optional(text), type: optional(text), labels: optional(fc.array(text)), meta: optional(plainValue) })
      .map(compact),
  })
  .map(compact) as fc.Arbitrary<Output>
const pointer = fc
  .record({
    outputs: fc.array(output, { minLength: 1, maxLength: 3 }),
    workingFolder: fc.constantFrom('.', 'sub', '..', 'a: b'),
    imported: fc.constant(false),
    frozen: fc.boolean(),
    rest: fc.record({ desc: optional(text), meta: optional(plainValue), always_changed: optional(fc.boolean()) }).map(compact),
  })
  .map(compact) as fc.Arbitrary<Pointer>
const plainPointer = fc
  .array(
    fc.record({
      path: treePath,
      id: anyId,
      hash: fc.constant('md5' as const),
      size: fc.nat(),
      cached: fc.constant(true),
      pushed: fc.constant(true),
      rest: fc.constant({}),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((outputs): Pointer => ({ outputs, workingFolder: '.', imported: false, frozen: false, rest: {} }))

const onlyDvError = (run: () => unknown): void => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(DvError)
  }
}

describe('what is printed reads back as it was', () => {
  test('trees, in the order of code points', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ path: treePath, id: fileId }), { selector: ({ path }) => path, maxLength: 40 }), entries => {
        const tree = [...entries].sort((a, b) => compareCodePoints(a.path, b.path))
        const bytes = printTree(entries)
        expect(bytes.every(byte => byte >= 0x20 && byte < 0x7f)).toBe(true)
        expect(parseTree(bytes)).toEqual(tree)
        expect(parseTree(Buffer.from(JSON.stringify(entries.map(({ path, id }) => ({ relpath: path, md5: id, size: 1 })))))).toEqual(tree)
      }),
    )
  })

  test('pointers', () => {
    fc.assert(
      fc.property(pointer, value => expect(parsePointer(printPointer(value), 'x')).toEqual(value)),
      { numRuns: 150 },
    )
    fc.assert(fc.property(plainPointer, value => expect(parsePointer(printPointer(value), 'x')).toEqual(value)))
  })

  test('pointers that are updated, and nothing happens when nothing changed', () => {
    fc.assert(
      fc.property(fc.oneof(pointer, plainPointer), fc.oneof(pointer, plainPointer), fc.boolean(), (before, after, annotated) => {
        const old = annotated ? `# above\n${printPointer(before)}# below\n` : printPointer(before)
        expect(updatePointer(old, before)).toBe(old)
        const updated = updatePointer(old, after)
        expect(parsePointer(updated, 'x')).toEqual(after)
        expect(updatePointer(updated, after)).toBe(updated)
      }),
      { numRuns: 100 },
    )
  })

  test('an update of the data leaves every comment and foreign line where it was', () => {
    const change = fc.record({ id: anyId, size: optional(fc.nat()), fileCount: optional(fc.nat()) })
    fc.assert(
      fc.property(pointer, change, (before, { id, size, fileCount }) => {
        const lines = printPointer(before).split('\n').slice(0, -1)
        const isKey = (line: string): boolean => /^(?:- | {2})(?:md5|size|nfiles|hash|isexec): \S+$/.test(line)
        const old = lines.map((line, index) => (isKey(line) ? `${line} # ${index}\n` : `${line}\n`)).join('')
        fc.pre(onlyAnnotated(old, before))
        const [first, ...others] = before.outputs
        fc.pre(first?.id !== undefined && first.size !== undefined)
        const after = {
          ...before,
          outputs: [compact({ ...first, id, size: size ?? first.size, fileCount: fileCount ?? first.fileCount }) as Output, ...others],
        }
        const updated = updatePointer(old, after)
        expect(parsePointer(updated, 'x')).toEqual(after)
        for (const [comment] of old.matchAll(/ # \d+$/gm)) expect(updated).toContain(comment)
      }),
      { numRuns: 100 },
    )
  })

  test('config files', () => {
    const value = text.filter(value => !/[\0\r\v\f\x1c-\x1e\x85\u2028\u2029]|%\(|^[ \t]*\n|'''|"""/.test(value))
    const section = fc.record({
      section: fc.oneof(
        fc.constantFrom('core', 'cache'),
        fc.stringMatching(/^[a-z0-9 .#\]-]{1,8}$/).map(name => `remote "${name}"`),
      ),
      values: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z_]{1,8}$/), value), { selector: ([key]) => key, minLength: 1, maxLength: 4 }),
    })
    const config = fc
      .uniqueArray(section, { selector: ({ section }) => section, maxLength: 4 })
      .map(
        (sections): ConfigFile => [
          ...sections.filter(({ section }) => !section.includes('"')),
          ...sections.filter(({ section }) => section.includes('"')),
        ],
      )
    fc.assert(
      fc.property(config, value => {
        const printed = printConfigFile(value)
        expect(parseConfigFile(printed, 'x')).toEqual(value)
        expect(printConfigFile(parseConfigFile(printed, 'x'))).toBe(printed)
      }),
      { numRuns: 150 },
    )
  })

  test('object paths', () => {
    fc.assert(
      fc.property(anyId, fc.constantFrom('md5' as const, 'md5-dos2unix' as const), (id, hash) =>
        expect(idFromObjectPath(objectPath(id, hash), hash)).toBe(id),
      ),
    )
  })

  test('ignore lines', () => {
    const name = somePath.map(path => path.replaceAll('/', '_')).filter(name => name.trim() === name)
    const lines = fc.array(text.map(line => line.replace(/[\n\r]/g, ''))).map(all => all.map(line => `${line}\n`).join(''))
    fc.assert(
      fc.property(lines, name, (before, name) => {
        const added = addIgnoreLine(before, name)
        expect(added.startsWith(before)).toBe(true)
        expect(addIgnoreLine(added, name)).toBe(added)
        if (added !== before) expect(removeIgnoreLine(added, name)).toBe(before)
        expect(removeIgnoreLine(removeIgnoreLine(added, name), name)).toBe(removeIgnoreLine(added, name))
      }),
    )
  })
})

const onlyAnnotated = (text: string, value: Pointer): boolean => {
  try {
    return JSON.stringify(parsePointer(text, 'x')) === JSON.stringify(parsePointer(printPointer(value), 'x'))
  } catch {
    // The comment fell into the middle of a folded text.
    return false
  }
}

describe('whatever comes in, a reader throws nothing but DvError', () => {
  const noise = fc.oneof(
    text,
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          'outs:',
          '- ',
          '\n',
          '  ',
          'md5: ',
          'path: ',
          'x',
          ': ',
          '{',
          '}',
          '[',
          ']',
          '&a',
          '*a',
          '"',
          "'",
          '|',
          '#',
          '__proto__',
          '<<',
          '!t',
        ),
      )
      .map(parts => parts.join('')),
  )

  test('trees', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => onlyDvError(() => parseTree(bytes))))
    fc.assert(fc.property(fc.json(), json => onlyDvError(() => parseTree(Buffer.from(json)))))
    const row = fc.record({ md5: fc.oneof(hex, fc.anything()), relpath: fc.oneof(treePath, text, fc.anything()) }, { requiredKeys: [] })
    fc.assert(fc.property(fc.array(row), rows => onlyDvError(() => parseTree(Buffer.from(JSON.stringify(rows) ?? '')))))
  })

  test('pointers', () => {
    fc.assert(
      fc.property(noise, text => onlyDvError(() => parsePointer(text, 'x'))),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(pointer, fc.nat(), noise, (value, at, noise) => {
        const printed = printPointer(value)
        const cut = at % printed.length
        onlyDvError(() => parsePointer(printed.slice(0, cut) + noise + printed.slice(cut), 'x'))
        onlyDvError(() => updatePointer(printed.slice(0, cut) + noise + printed.slice(cut), value))
      }),
      { numRuns: 150 },
    )
  })

  test('config files', () => {
    const parts = fc.array(
      fc.constantFrom('[', ']', 'core', '\n', '=', ' ', '"', "'", "'''", '"""', ',', '#', 'remote "a"', 'url', 's3://x', '__proto__'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          noise,
          parts.map(all => all.join('')),
        ),
        text => onlyDvError(() => checkConfig(parseConfigFile(text, 'x'), 'x')),
      ),
      { numRuns: 300 },
    )
  })

  test('a printer of config files, too', () => {
    const config = fc.array(fc.record({ section: text, values: fc.array(fc.tuple(text, text)) }))
    fc.assert(fc.property(config, value => onlyDvError(() => printConfigFile(value))))
  })
})

test('the hash of DVC 2 does not depend on how the bytes come in', () => {
  const bytes = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', '\x80', '\0')).map(parts => Buffer.from(parts.join(''), 'latin1'))
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 9 }), fc.constantFrom('dvc2' as const, 'dvc3' as const), (bytes, step, variant) => {
      const whole = createDos2UnixHash(variant)
      whole.update(bytes)
      const pieces = createDos2UnixHash(variant)
      for (let at = 0; at < bytes.length; at += step) pieces.update(bytes.subarray(at, at + step))
      expect(pieces.digest()).toBe(whole.digest())
    }),
  )
})
