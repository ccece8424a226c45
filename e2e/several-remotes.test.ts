/** A lab server's folder and a bucket: both get everything, DVC pulls from either, and dv tells who has what. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import type { Lab } from './lab.ts'
import { type LabWithRemote, remoteKinds } from './remote-kinds.ts'
import { sampleBytes } from './sample-bytes.ts'

const at = 'repo'

for (const kind of remoteKinds) {
  describeWith(kind.needs, `two remotes, one of them ${kind.name}`, () => {
    let remote: LabWithRemote
    let lab: Lab
    beforeEach(async () => {
      remote = await kind.open()
      lab = remote.lab
      await lab.type(
        `git init -q ${at} && cd ${at} && dv init -q && dv remote add -d store ${remote.url}; ${remote.settings('store')}
dv remote add server ${lab.path('server')}`,
      )
      for (let n = 0; n < 20; n++) lab.write(`${at}/set/${n}`, sampleBytes(`${n}`, 3000))
      lab.write(`${at}/large`, sampleBytes('large', 1e6))
      await lab.type('dv add -q set large', { at })
    })
    afterEach(() => remote.close())

    const whole = async (): Promise<readonly (readonly string[])[]> => {
      const { targets } = JSON.parse((await lab.type('dv whereis --json', { at })).stdout) as {
        targets: { path: string; cache: { place: string; whole: boolean }; remotes: { place: string; whole: boolean }[] }[]
      }
      return targets
        .map(({ path, cache, remotes }) => [path, ...[cache, ...remotes].flatMap(each => (each.whole ? each.place : []))])
        .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
    }

    test('push --all-remotes fills both, and DVC pulls from each', async () => {
      await lab.type('dv push', { at })
      expect(await whole()).toEqual([
        ['large', 'cache', 'store'],
        ['set', 'cache', 'store'],
      ])
      await lab.type('dv push --all-remotes', { at })
      expect(await whole()).toEqual([
        ['large', 'cache', 'store', 'server'],
        ['set', 'cache', 'store', 'server'],
      ])
      for (const name of ['store', 'server'])
        await lab.type(`rm -rf set large .dvc/cache .dvc/tmp && dvc pull -q -r ${name} && dv verify && dvc status -q -c -r ${name}`, { at })
    })
  })
}
