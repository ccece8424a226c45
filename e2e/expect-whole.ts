/** The checker after every test that wrote: each object is what its name says, and each `.dir` has its files beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { md5 } from './folder-listing.ts'

/** `folder`: a cache or a folder remote. Absent is whole. */
export function expectWhole(folder: string): void {
  const root = join(folder, 'files', 'md5')
  if (!existsSync(root)) return
  const wrong: string[] = []
  for (const prefix of readdirSync(root)) {
    for (const name of readdirSync(join(root, prefix))) {
      const id = prefix + name
      const bytes = readFileSync(join(root, prefix, name))
      if (!/^[0-9a-f]{32}(?:\.dir)?$/.test(id)) wrong.push(`${id} is no object`)
      else if (md5(bytes) !== id.slice(0, 32)) wrong.push(`${id} is damaged`)
    }
  }
  expect(wrong).toEqual([])
}

/** Every `.dir` among `keys` (`…files/md5/ab/cdef….dir`) is a promise: the files that it lists must be beside it. */
export function expectPromisesKept(keys: readonly string[], readTree: (key: string) => string): void {
  const there = new Set(keys)
  const broken: string[] = []
  for (const key of keys.filter(key => key.endsWith('.dir'))) {
    const root = key.slice(0, -'ab/cdef0123456789abcdef0123456789.dir'.length)
    const files = (JSON.parse(readTree(key)) as { md5: string }[]).map(entry => `${root}${entry.md5.slice(0, 2)}/${entry.md5.slice(2)}`)
    const missing = files.filter(file => !there.has(file))
    if (missing.length > 0) broken.push(`${key} promises ${missing.length} files that are not there, so ${missing[0]}`)
  }
  expect(broken).toEqual([])
}
