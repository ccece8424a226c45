/** Ctrl-C and kill -9 at many moments: nothing half-made is ever visible, and the same command goes on to the end. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { expectPromisesKept, expectWhole } from './expect-whole.ts'
import { listFolder } from './folder-listing.ts'
import type { Lab } from './lab.ts'
import type { PeerName } from './peers.ts'
import { type LabWithRemote, remoteKinds } from './remote-kinds.ts'
import { sampleBytes } from './sample-bytes.ts'

const moments = [0.4, 0.65, 0.9] // of the time that the whole command takes
const fileCount = 1500
const signals = ['SIGINT', 'SIGKILL'] as const

const verbs = [
  { verb: 'add', args: ['add', 'set'], prepare: 'rm -rf .dvc/cache .dvc/tmp/dv set.dvc', remotes: ['a folder'] },
  { verb: 'checkout', args: ['checkout'], prepare: 'rm -rf set', remotes: ['a folder'] },
  { verb: 'push', args: ['push'], prepare: '', remotes: ['S3', 'a folder'] },
  { verb: 'pull', args: ['pull'], prepare: 'rm -rf set .dvc/cache .dvc/tmp/dv', remotes: ['S3', 'a folder'] },
] as const

for (const kind of remoteKinds) {
  describeWith(kind.needs as readonly PeerName[], `interrupted, with ${kind.name}`, () => {
    let remote: LabWithRemote
    let lab: Lab
    const at = 'repo'
    beforeEach(async () => {
      remote = await kind.open()
      lab = remote.lab
      await lab.type(`git init -q ${at} && cd ${at} && dv init -q && dv remote add -d store ${remote.url}; ${remote.settings('store')}`)
      for (let n = 0; n < fileCount; n++) lab.write(`${at}/set/${n % 10}/${n}`, sampleBytes(`${n}`, 8000))
      lab.write(`${at}/set/large`, sampleBytes('large', 40e6))
    })
    afterEach(() => remote.close())

    for (const { verb, args, prepare, remotes } of verbs) {
      if (!(remotes as readonly string[]).includes(kind.name)) continue
      test.each(signals)(`${verb} by %s`, async signal => {
        const original = listFolder(lab.path(at, 'set'), { modes: false })
        await lab.type('dv add set', { at })
        if (verb === 'pull') await lab.type('dv push', { at })
        let round = 0
        const freshStart = async (): Promise<void> => {
          if (verb === 'push') await pushElsewhere(lab, at, remote.url, round++)
          else await lab.type(prepare, { at })
        }
        await freshStart()
        const began = Date.now()
        await lab.run('dv', args, { at })
        const whole = Date.now() - began

        const exits: number[] = []
        for (const moment of moments) {
          await freshStart()
          const running = lab.start('dv', args, { at })
          await sleep(whole * moment)
          running.signal(signal)
          const ran = await running.ended
          exits.push(ran.exit)
          expectWhole(lab.path(at, '.dvc/cache'))
          if (verb === 'add') expect(listFolder(lab.path(at, 'set'), { modes: false })).toEqual(original)
          if (verb === 'add' && existsSync(lab.path(at, 'set.dvc')))
            expect((await lab.type('dvc status --json', { at })).stdout).toBe('{}\n')
          if (verb === 'checkout') expectOnlyWholeFiles(lab, at, original)
          if (kind.name === 'a folder') {
            expectWhole(lab.path('storage'))
            expectPromisesKept(await remote.keys(), key => readFileSync(lab.path('storage', key), 'utf8'))
          }
          if (signal === 'SIGINT') expect([...temporaryObjects(lab, at), ...temporaryFiles(lab, at)]).toEqual([])
          await lab.run('dv', args, { at })
          expect(temporaryFiles(lab, at)).toEqual([])
          expect(listFolder(lab.path(at, 'set'), { modes: false })).toEqual(original)
          expect(JSON.parse((await lab.type('dvc status --json', { at })).stdout)).toEqual({})
          if (verb === 'push') expect(JSON.parse((await lab.type('dvc status -c --json', { at })).stdout)).toEqual({})
        }
        const stopped = signal === 'SIGINT' ? 252 : 137
        expect(exits).toContain(stopped)
        expect(exits.filter(exit => exit !== stopped && exit !== 0)).toEqual([])
      })
    }
  })
}

/** A place on the remote where nothing is yet: cheaper than emptying one. */
async function pushElsewhere(lab: Lab, at: string, url: string, round: number): Promise<void> {
  await lab.type(`dv remote modify store url ${url}/${round}`, { at })
}

/** In caches and remotes. Those of a killed process stay for a day: it might be another machine's, and alive. */
function temporaryObjects(lab: Lab, at: string): string[] {
  const folders = [lab.path(at, '.dvc/cache/.dv/tmp'), lab.path('storage/.dv/tmp')]
  return folders.flatMap(folder => (existsSync(folder) ? readdirSync(folder) : []))
}

/** Among the data, where DVC would take them for a part of it. */
function temporaryFiles(lab: Lab, at: string): string[] {
  return listFolder(lab.path(at, 'set'), { modes: false }).filter(line => unfinished.test(line))
}

const unfinished = /(?:^|\/)\.dv-\S+\.tmp /

/** A file is there with its own bytes or not at all. */
function expectOnlyWholeFiles(lab: Lab, at: string, original: readonly string[]): void {
  const known = new Set(original)
  const found = listFolder(lab.path(at, 'set'), { modes: false }).filter(line => !unfinished.test(line))
  expect(found.filter(line => !known.has(line))).toEqual([])
}
