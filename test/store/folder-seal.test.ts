import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { sealOf } from '../../src/store/folder-seal.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'dv-seal-'))
  folders.push(folder)
  const pathOf = (id: ObjectId): string => join(folder, id.slice(0, 2), id.slice(2))
  mkdirSync(join(folder, 'ab'))
  writeFileSync(join(folder, 'ab/object'), '')
  return { folder, hash: 'md5' as const, pathOf }
}

/** ms: by then every folder is settled */
const later = (): number => Date.now() + 1000

test('the same names, the same seal; an object less or a folder more, another one', () => {
  const store = place()
  const seal = sealOf(store, later())
  expect(sealOf(store, later())).toBe(seal)
  rmSync(join(store.folder, 'ab/object'))
  const without = sealOf(store, later())
  expect(without).not.toBe(seal)
  mkdirSync(join(store.folder, 'cd'))
  expect(sealOf(store, later())).not.toBe(without)
})

test('a folder that has changed just now is not sealed', () => {
  const store = place()
  expect(sealOf(store, Date.now())).toBeUndefined()
  const before = new Date(Date.now() - 5000)
  utimesSync(join(store.folder, 'ab'), before, before)
  expect(sealOf(store, Date.now())).toBeDefined()
})
