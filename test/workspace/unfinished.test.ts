import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isUnfinishedName, openUnfinishedNames } from '../../src/base/unfinished-name.ts'
import { sweepUnfinished } from '../../src/workspace/unfinished.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-unfinished-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** a process that has ended */
const deadProcess = (): number => spawnSync(process.execPath, ['-e', '0']).pid

function isSweptAway(name: string, ageMs = 0): boolean {
  const path = join(folder, name)
  writeFileSync(path, '')
  const time = new Date(Date.now() - ageMs)
  utimesSync(path, time, time)
  sweepUnfinished(path)
  return !existsSync(path)
}

test('goes at once when its maker was killed, and stays while its maker lives', () => {
  const ours = openUnfinishedNames()()
  expect(isUnfinishedName(ours)).toBe(true)
  expect(isSweptAway(ours)).toBe(false)
  expect(isSweptAway(ours.replace(/^\.dv-\d+/, `.dv-${deadProcess()}`))).toBe(true)
})

test("another machine's goes when it has been silent for an hour", () => {
  const theirs = openUnfinishedNames()()
    .replace(/^(\.dv-\d+-)[0-9a-f]{4}/, '$10000')
    .replace(/^\.dv-\d+/, `.dv-${deadProcess()}`)
  expect(isSweptAway(theirs)).toBe(false)
  expect(isSweptAway(theirs, 61 * 60 * 1000)).toBe(true)
})
