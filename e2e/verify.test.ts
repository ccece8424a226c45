/** dv verify in the hands of a person: a disk that rots, a bucket that lost something, and how all of it comes back. */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { expectWhole } from './expect-whole.ts'
import type { Lab } from './lab.ts'
import type { PeerName } from './peers.ts'
import { type LabWithRemote, remoteKinds } from './remote-kinds.ts'
import { sampleBytes } from './sample-bytes.ts'

const at = 'repo'
const files = 400

for (const kind of remoteKinds) {
  describeWith(kind.needs as readonly PeerName[], `verify, with ${kind.name}`, () => {
    let remote: LabWithRemote
    let lab: Lab
    beforeEach(async () => {
      remote = await kind.open()
      lab = remote.lab
      await lab.type(`git init -q ${at} && cd ${at} && dv init -q && dv remote add -d store ${remote.url}; ${remote.settings('store')}`)
      for (let n = 0; n < files; n++) lab.write(`${at}/set/${n % 10}/${n}`, sampleBytes(`${n}`, 3000))
      lab.write(`${at}/large`, sampleBytes('large', 60e6))
      await lab.type('dv add -q set large && dv push -q', { at })
    })
    afterEach(() => remote.close())

    test('a cache that rots is found, named and mended from the work tree and the remote; DVC agrees with the result', async () => {
      const cached = objectFiles(lab.path(at, '.dvc/cache/files/md5'))
      const rotten = cached.filter((_, n) => n % 40 === 0)
      for (const path of rotten) rot(path)
      rmSync(lab.path(at, 'set/3'), { recursive: true })
      const found = await lab.type('dv verify --cache', { at, exit: 1 })
      expect(found.stderr).toContain(`${rotten.length} objects damaged in the cache`)
      const mended = await lab.type('dv verify --cache --repair set large', { at })
      expect(mended.stdout.match(/brought back: .* from the work tree/g)?.length).toBeGreaterThan(0)
      await lab.type('dv verify --cache', { at })
      await lab.type('dv verify', { at, exit: 1 })
      await lab.type('dv verify --repair && dv verify', { at })
      const status = await lab.type('dvc status --json', { at })
      expect(JSON.parse(status.stdout)).toEqual({})
      expectWhole(lab.path(at, '.dvc/cache'))
    })

    test('a remote that lost and damaged objects is whole again, and DVC pulls from it', async () => {
      const keys = await remote.keys()
      const [lost = '', damaged = ''] = keys.filter(key => key.startsWith('files/md5/') && !key.endsWith('.dir'))
      await spoil(remote, { lost, damaged })
      const found = await lab.type('dv verify --remote --json', { at, exit: 1 })
      const kinds = JSON.parse(found.stdout).remotes[0].findings.map((each: { kind: string }) => each.kind)
      expect(kinds.sort()).toEqual(['damaged', 'missing'])
      const before = await lab.type('dv verify --remote --sample 1% --seed a', { at, exit: 'any' })
      expect(before.stdout).toContain('left out (--seed a)')
      await lab.type('dv push', { at }) // trusts the list, and cannot mend it
      await lab.type('dv verify --remote', { at, exit: 1 })
      await lab.type('dv verify --remote --repair && dv verify --remote', { at })
      expect((await remote.keys()).filter(key => !key.startsWith('.dv/'))).toEqual(keys.filter(key => !key.startsWith('.dv/')))
      await lab.type('rm -rf set large .dvc/cache .dvc/tmp && dvc pull -q && dv verify', { at })
    })
  })
}

/** Other bytes of the same length under the same times. */
function rot(path: string): void {
  const { mode } = statSync(path)
  chmodSync(path, 0o644)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  writeFileSync(path, bytes)
  chmodSync(path, mode)
}

const objectFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.dir'))
    .map(entry => `${entry.parentPath}/${entry.name}`)
    .sort()

async function spoil({ lab, url }: LabWithRemote, { lost, damaged }: { readonly lost: string; readonly damaged: string }): Promise<void> {
  lab.write('wrong', 'damaged')
  if (url.startsWith('s3:')) await lab.type(`s5cmd rm '${url}/${lost}' && s5cmd cp wrong '${url}/${damaged}'`)
  else await lab.type(`cd ${at} && cd ${url} && rm -f ${lost} ${damaged} && cp ${lab.path('wrong')} ${damaged} && chmod 0444 ${damaged}`)
}
