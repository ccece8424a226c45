import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { isUnfinishedName } from '../../src/base/unfinished-name.ts'
import { placeObject } from '../../src/store/place-file.ts'
import { idOf, sampleBytes } from '../contracts/object-store.ts'

const { signal } = new AbortController()

test('what a killed download leaves has a name that dv takes for no data', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-place-'))
  const bytes = sampleBytes(3 * 1024 * 1024)
  const seen: string[] = []
  const body = Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 65_536) {
        yield bytes.subarray(at, at + 65_536)
        seen.push(...readdirSync(folder))
      }
    })(),
  )
  await placeObject({ path: join(folder, 'x'), executable: false }, { id: idOf(bytes), hash: 'md5', body }, signal)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.every(isUnfinishedName)).toBe(true)
  expect(readdirSync(folder)).toEqual(['x'])
  expect(readFileSync(join(folder, 'x')).equals(bytes)).toBe(true)
  rmSync(folder, { recursive: true })
})
