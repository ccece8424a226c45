import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { filesIn, makeOutputOnDisk, md5, type OutputOnDisk } from './output-on-disk.ts'

const program = fileURLToPath(new URL('../../bin/dv.js', import.meta.url))
/** ms after its start at which dv is killed; a whole run takes some 400 here */
const moments = [130, 200, 300]

let disk: OutputOnDisk
let files: Record<string, string>
beforeEach(() => {
  disk = makeOutputOnDisk()
  files = Object.fromEntries(Array.from({ length: 800 }, (_, at) => [`d${at % 9}/f${at}`, `content ${at} `.repeat(500)]))
  disk.write(files)
})
afterEach(() => disk.remove())

const configure = (type: string): void =>
  writeFileSync(join(disk.root, '.dvc/config'), `[core]\n    no_scm = True\n[cache]\n    type = ${type}\n`)

/** Exit status; undefined when it was killed. */
function dv(args: readonly string[], killAfter?: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [program, ...args], { cwd: disk.root, stdio: 'ignore' })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    child.on('exit', status => {
      clearTimeout(timer)
      resolve(status ?? undefined)
    })
  })
}

/** What has the name of an object is that object. */
function expectWholeCache(): void {
  const objects = join(disk.cache.folder, 'files/md5')
  for (const path of existsSync(objects) ? Object.keys(filesIn(objects)) : [])
    expect([path, md5(readFileSync(join(objects, path)))]).toEqual([path, path.replace('/', '').replace('.dir', '')])
}

/** What a killed process was making lies beside the files, and goes with the next walk. */
const withoutHalfMade = (found: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(found).filter(([path]) => !/(^|\/)\.dv-.*\.tmp$/.test(path)))

describe.each(['copy', 'hardlink', 'symlink'])('by %s', type => {
  test('add, killed at any moment: the files are as they were, each object is whole, and the next add goes on', async () => {
    configure(type)
    for (const moment of moments) {
      await dv(['add', 'data'], moment)
      expect(withoutHalfMade(filesIn(disk.data))).toEqual(files)
      expectWholeCache()
      if (existsSync(join(disk.root, 'data.dvc'))) break
    }
    expect(await dv(['add', 'data'])).toBe(0)
    expect(filesIn(disk.data)).toEqual(files)
    expectWholeCache()
  })

  test('checkout, killed at any moment: each file is there as a whole or not at all, and the next checkout goes on', async () => {
    configure(type)
    expect(await dv(['add', 'data'])).toBe(0)
    renameSync(disk.data, join(disk.root, 'before'))
    mkdirSync(disk.data)
    for (const moment of moments) {
      await dv(['checkout'], moment)
      for (const [path, content] of Object.entries(filesIn(disk.data))) {
        if (!/(^|\/)\.dv-.*\.tmp$/.test(path)) expect(content).toBe(files[path])
      }
    }
    expect(await dv(['checkout'])).toBe(0)
    const made = filesIn(disk.data)
    expect(Object.keys(made).filter(path => !path.includes('.dv-'))).toHaveLength(800)
    expect(await dv(['status', '-q'])).toBe(0)
    expect(readdirSync(disk.root)).toContain('data.dvc')
    expectWholeCache()
  })
})
