import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { printReference } from '../../src/cli/reference.ts'

test('the reference in the help is what the commands say: npm run docs', async () => {
  expect(readFileSync(new URL('../../src/cli/help/reference.md', import.meta.url), 'utf8')).toBe(await printReference())
})
