import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ObjectId } from '../../src/base/object-id.ts'
import { compareVersions, shownPath, type TrackedEntry, type TrackedVersion } from '../../src/repo/compare-versions.ts'

const idOf = (content: string): ObjectId => content.padEnd(32, '0') as ObjectId

/** `{ path: content }`; content that ends in `.dir` is a folder's. */
const version = (files: Readonly<Record<string, string>>, closed: readonly string[] = []): TrackedVersion => ({
  entries: Object.entries(files).map(([path, content]) => ({
    path,
    id: content.endsWith('.dir') ? (`${idOf(content.slice(0, -'.dir'.length))}.dir` as ObjectId) : idOf(content),
    hash: 'md5',
  })),
  closed: new Set(closed),
})

/** The comparison as paths. */
function told(before: TrackedVersion, after: TrackedVersion): Record<string, readonly string[]> {
  const { modified, renamed, ...others } = compareVersions(before, after)
  return {
    ...Object.fromEntries(Object.entries(others).map(([state, entries]) => [state, entries.map(shownPath)])),
    modified: modified.map(change => shownPath(change.after)),
    renamed: renamed.map(change => `${shownPath(change.before)} -> ${shownPath(change.after)}`),
  }
}

const nothing = { added: [], deleted: [], modified: [], renamed: [], unchanged: [], unknown: [] }

describe('two versions', () => {
  test('each state', () => {
    const before = version({ d: '1.dir', 'd/same': 'a', 'd/changed': 'b', 'd/gone': 'c', 'd/moved': 'e' })
    const after = version({ d: '2.dir', 'd/same': 'a', 'd/changed': 'B', 'd/new': 'd', x: 'e' })
    expect(told(before, after)).toEqual({
      ...nothing,
      added: ['d/new'],
      deleted: ['d/gone'],
      modified: ['d/', 'd/changed'],
      renamed: ['d/moved -> x'],
      unchanged: ['d/same'],
    })
  })

  test('a folder that moved moved with its files', () => {
    const before = version({ old: '1.dir', 'old/a': 'a' })
    expect(told(before, version({ new: '1.dir', 'new/a': 'a' }))).toEqual({ ...nothing, renamed: ['old/ -> new/', 'old/a -> new/a'] })
  })

  test('of several with the same content the first goes to the first, folder by folder', () => {
    const before = version({ 'a-b': 'x', 'a/b': 'x', z: 'x' })
    expect(told(before, version({ 'm-n': 'x', 'm/n': 'x' }))).toEqual({ ...nothing, deleted: ['z'], renamed: ['a-b -> m-n', 'a/b -> m/n'] })
  })

  test('the same digits by another hash are other content', () => {
    const legacy: TrackedVersion = { entries: [{ path: 'f', id: idOf('a'), hash: 'md5-dos2unix' }], closed: new Set() }
    expect(told(legacy, version({ f: 'a' }))).toEqual({ ...nothing, modified: ['f'] })
    expect(told(legacy, version({ g: 'a' }))).toEqual({ ...nothing, added: ['g'], deleted: ['f'] })
  })

  test('what lies in a folder that cannot be looked into is unknown, and nobody’s rename', () => {
    const before = version({ d: '1.dir', x: 'a' }, ['d'])
    const after = version({ d: '2.dir', 'd/a': 'a', 'd/s/b': 'b', da: 'c' })
    expect(told(before, after)).toEqual({ ...nothing, modified: ['d/'], unknown: ['d/a', 'd/s/b'], deleted: ['x'], added: ['da'] })
  })

  test('paths come by code point', () => {
    const after = version({ '\u{1f600}': 'a', '\ue000': 'b', B: 'c', a: 'd' })
    expect(told(version({}), after).added).toEqual(['B', 'a', '\ue000', '\u{1f600}'])
  })
})

describe('any two versions', () => {
  const anyVersion = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'd/a', 'd/b', 'd-a', 'e/f'), fc.constantFrom('1', '2', '3'))
    .map(files => version(files))
  const pathsOf = (entries: readonly TrackedEntry[]): string[] => entries.map(({ path }) => path).sort()

  test('every path of either is told exactly once', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (before, after) => {
        const { added, deleted, modified, renamed, unchanged } = compareVersions(before, after)
        const olds = [...deleted, ...unchanged, ...modified.map(each => each.before), ...renamed.map(each => each.before)]
        const news = [...added, ...unchanged, ...modified.map(each => each.after), ...renamed.map(each => each.after)]
        expect(pathsOf(olds)).toEqual(pathsOf(before.entries))
        expect(pathsOf(news)).toEqual(pathsOf(after.entries))
      }),
    )
  })

  test('the other way round it is the same, with added and deleted exchanged', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (before, after) => {
        const there = compareVersions(before, after)
        const back = compareVersions(after, before)
        expect(pathsOf(back.added)).toEqual(pathsOf(there.deleted))
        expect(pathsOf(back.deleted)).toEqual(pathsOf(there.added))
        expect(back.unchanged).toEqual(there.unchanged)
        expect(back.renamed.length).toBe(there.renamed.length)
      }),
    )
  })

  test('with itself nothing differs; what was renamed has the same content', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (one, other) => {
        expect(told(one, one)).toEqual({ ...nothing, unchanged: pathsOf(one.entries) })
        const { renamed, added, deleted } = compareVersions(one, other)
        for (const { before, after } of renamed) expect(before.id).toBe(after.id)
        for (const entry of added) expect(deleted.map(({ id }) => id)).not.toContain(entry.id)
      }),
    )
  })
})
