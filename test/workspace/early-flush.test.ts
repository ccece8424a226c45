import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openEarlyFlush } from '../../src/workspace/early-flush.ts'

test('is over when it says so, and leaves no descriptor open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dv-flush-'))
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  try {
    writeFileSync(join(folder, 'a'), 'bytes')
    const before = process.platform === 'linux' ? descriptors() : 0
    const early = openEarlyFlush()
    for (let at = 0; at < 20; at++) early.begin(join(folder, 'a'))
    await early.finish()
    await early.finish()
    if (process.platform === 'linux') expect(descriptors()).toBe(before)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
