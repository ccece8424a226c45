/** A repository's folder with one output and a cache, on a real disk. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Context, Event } from '../../src/base/context.ts'
import type { HashKind, ObjectId } from '../../src/base/object-id.ts'
import { type Cache, openCache } from '../../src/store/cache.ts'
import { openObjectStamps } from '../../src/store/object-stamps.ts'
import { openDvcIgnore } from '../../src/workspace/ignore.ts'
import type { Place } from '../../src/workspace/snapshot.ts'
import { openStateIndex } from '../../src/workspace/state-index.ts'

export interface OutputOnDisk {
  readonly root: string
  readonly data: string
  readonly cache: Cache
  readonly context: Context
  readonly events: Event[]
  /** A new index each time, as another run of dv would have it. */
  place(hash?: HashKind): Place
  write(files: Readonly<Record<string, string | Uint8Array>>): void
  /** `files` phases that were reported: how many files each said it would read */
  work(name: string): number
  abort(): void
  remove(): void
}

export function makeOutputOnDisk(name = 'data'): OutputOnDisk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'dv-workspace-')))
  mkdirSync(join(root, '.dvc', 'tmp'), { recursive: true })
  const events: Event[] = []
  const controller = new AbortController()
  const data = join(root, name)
  return {
    root,
    data,
    events,
    cache: openCache({ folder: join(root, '.dvc', 'cache'), hash: 'md5', shared: false, stamps: openObjectStamps(undefined) }),
    context: { cwd: root, env: {}, signal: controller.signal, report: event => void events.push(event), now: () => Date.now() },
    place: (hash = 'md5') => ({
      root,
      path: data,
      hash,
      index: openStateIndex(join(root, '.dvc', 'tmp', 'dv', 'index')),
      ignore: openDvcIgnore(root),
    }),
    write: files => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(data, path)), { recursive: true })
        writeFileSync(join(data, path), content)
      }
    },
    work: phase => events.reduce((sum, event) => sum + (event.type === 'phase' && event.name === phase ? (event.items ?? 0) : 0), 0),
    abort: () => controller.abort(),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

export const md5 = (bytes: string | Uint8Array): ObjectId => createHash('md5').update(bytes).digest('hex') as ObjectId

/** All files below a folder, sorted, with their content. */
export function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names.filter(name => statSync(join(folder, name)).isFile()).map(name => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}

/** The file system's clock has gone on, so that what was written before is old enough to be trusted. */
export const letClockTick = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 30))
