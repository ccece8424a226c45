/** A process that is killed while it receives leaves nothing under a final name. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { build } from 'esbuild'

/** Receives objects from a seed, small and large in turn, and says so before each. */
const program = `
  import { createHash } from 'node:crypto'
  import { Readable } from 'node:stream'
  import { openCache } from ${JSON.stringify(resolve('src/store/cache.ts'))}
  import { openObjectStamps } from ${JSON.stringify(resolve('src/store/object-stamps.ts'))}
  const [folder, seed] = process.argv.slice(2)
  const cache = openCache({ folder, hash: 'md5', shared: false, stamps: openObjectStamps(folder + '/stamps') })
  for (let at = 0; ; at++) {
    const bytes = Buffer.alloc(at % 3 === 0 ? 3_000_000 : 2_000, seed + '-' + at)
    const id = createHash('md5').update(bytes).digest('hex')
    const chunks = []
    for (let from = 0; from < bytes.length; from += 65536) chunks.push(bytes.subarray(from, from + 65536))
    process.stdout.write('.')
    await cache.receive(id, Readable.from(chunks, { objectMode: false }), new AbortController().signal)
    cache.stamps.flush()
  }
`

let top: string
let script: string
beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'dv-killed-'))
  script = join(top, 'receive.mjs')
  const source = join(top, 'receive.ts')
  writeFileSync(source, program)
  await build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'error' })
})
afterAll(() => rmSync(top, { recursive: true, force: true }))

test('killed at ten different moments, each object in the cache is whole, and its mode is right', async () => {
  const folder = join(top, 'cache')
  let seen = 0
  for (let round = 0; round < 10; round++) {
    const child = spawn(process.execPath, [script, folder, `${round}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise(done => child.on('exit', done))
    await new Promise<void>(resolve => {
      let begun = 0
      child.stdout.on('data', (dots: Buffer) => {
        begun += dots.length
        if (begun > round * 2) resolve()
      })
    })
    await setTimeout(round % 5)
    child.kill('SIGKILL')
    await ended
    seen = checkObjects(folder)
  }
  expect(seen).toBeGreaterThan(5)
})

/** How many objects there are. */
function checkObjects(folder: string): number {
  const objects = join(folder, 'files/md5')
  if (!existsSync(objects)) return 0
  let count = 0
  for (const prefix of readdirSync(objects)) {
    for (const rest of readdirSync(join(objects, prefix))) {
      const path = join(objects, prefix, rest)
      expect([prefix + rest, (lstatSync(path).mode & 0o7777).toString(8)]).toEqual([
        createHash('md5').update(readFileSync(path)).digest('hex'),
        '444',
      ])
      count++
    }
  }
  return count
}
