/** A lab's day, as typed, on each kind of remote; at every step a colleague's real dvc sees a clean and complete state. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { listFolder } from './folder-listing.ts'
import type { Lab } from './lab.ts'
import { type LabWithRemote, remoteKinds } from './remote-kinds.ts'
import { sampleBytes } from './sample-bytes.ts'

for (const kind of remoteKinds) {
  describeWith(kind.needs, `a lab's day with ${kind.name}`, () => {
    let remote: LabWithRemote
    let lab: Lab
    let firstKeys: string[]
    beforeAll(async () => {
      remote = await kind.open()
      lab = remote.lab
      for (let n = 0; n <= 5; n++) lab.write(`home/pictures/000${n}.jpg`, sampleBytes(`picture ${n}`, 2000 + 500 * n))
      lab.write('home/new.jpg', sampleBytes('new picture', 3000))
      await lab.type('git init -q --bare $HUB/datasets.git; mkdir office laptop colleague')
    })
    afterAll(() => remote.close())

    test('the repository is set up', async () => {
      await lab.type('git clone -q $HUB/datasets.git', { at: 'office' })
      const at = 'office/datasets'
      await lab.type('dv init', { at })
      expect((await lab.type('git diff --cached --name-only', { at })).stdout).toBe('.dvc/.gitignore\n.dvc/config\n.dvcignore\n')
      expect(readFileSync(lab.path(at, '.dvc/.gitignore'), 'utf8')).toBe('/config.local\n/tmp\n/cache\n')
      await lab.type(`dv remote add -d s3_storage ${remote.url}; ${remote.settings('s3_storage')}`, { at })
      await lab.type('git commit -q -am "Initialize" && git push -q -u origin HEAD:main', { at })
      expect((await lab.type('git status --porcelain', { at })).stdout).toBe('')
      await lab.type('git clone -q $HUB/datasets.git', { at: 'colleague' })
      await expectClean(lab, 'colleague/datasets')
    })

    test('a folder of pictures is added', async () => {
      const at = 'office/datasets'
      await lab.type('cp -r ~/pictures dog_and_cat && dv add dog_and_cat', { at })
      const pointer = readFileSync(lab.path(at, 'dog_and_cat.dvc'), 'utf8')
      expect(pointer).toMatch(/^outs:\n- md5: [0-9a-f]{32}\.dir\n {2}size: 19500\n {2}nfiles: 6\n {2}hash: md5\n {2}path: dog_and_cat\n$/)
      expect(readFileSync(lab.path(at, '.gitignore'), 'utf8')).toBe('/dog_and_cat\n')
      await lab.type('git add dog_and_cat.dvc .gitignore && git commit -q -m "Add dog_and_cat" && git tag v1', { at })
      expect((await lab.type('git status --porcelain', { at })).stdout).toBe('')
      await expectClean(lab, at, { pushed: false })
    })

    test('it is pushed, and the colleague pulls it with dvc', async () => {
      const at = 'office/datasets'
      await lab.type('dv push && git push -q origin main v1', { at })
      firstKeys = await remote.keys()
      expect(firstKeys).toHaveLength(7)
      await expectClean(lab, at)
      await lab.type('git pull -q && dvc pull', { at: 'colleague/datasets' })
      await expectClean(lab, 'colleague/datasets')
      expect(listFolder(lab.path('colleague/datasets/dog_and_cat'), { modes: false })).toEqual(
        listFolder(lab.path('home/pictures'), { modes: false }),
      )
      const again = await lab.type('dvc push && dv push', { at })
      expect(again.stdout).toMatch(/^Everything is up to date\.\n/)
      expect(await remote.keys()).toEqual(firstKeys)
    })

    test('the student pulls it on a laptop', async () => {
      await lab.type('git clone -q $HUB/datasets.git && cd datasets && dv pull dog_and_cat', { at: 'laptop' })
      const at = 'laptop/datasets'
      expect(listFolder(lab.path(at, 'dog_and_cat'))).toEqual(listFolder(lab.path('colleague/datasets/dog_and_cat')))
      expect(JSON.parse((await lab.type('dv status --json', { at })).stdout)).toEqual({})
      await expectClean(lab, at)
    })

    test('a new version: two objects travel', async () => {
      const at = 'laptop/datasets'
      await lab.type('cp ~/new.jpg dog_and_cat/', { at })
      const changed = { 'dog_and_cat.dvc': [{ 'changed outs': { dog_and_cat: 'modified' } }] }
      for (const program of ['dv', 'dvc']) {
        expect(JSON.parse((await lab.type(`${program} status --json`, { at })).stdout)).toEqual(changed)
      }
      expect((await lab.type('dv status', { at })).stdout).toContain('dog_and_cat')
      await lab.type('dv add dog_and_cat && git commit -q -am v2 && dv push', { at })
      const added = (await remote.keys()).filter(key => !firstKeys.includes(key))
      expect(added).toHaveLength(2)
      expect(added.filter(key => key.endsWith('.dir'))).toHaveLength(1)
      await expectClean(lab, at)
      await lab.type('git push -q', { at })
      await lab.type('git pull -q && dvc pull', { at: 'colleague/datasets' })
      await expectClean(lab, 'colleague/datasets')
      expect(existsSync(lab.path('colleague/datasets/dog_and_cat/new.jpg'))).toBe(true)
    })

    test('and back: the new file is gone, nothing is downloaded', async () => {
      const at = 'laptop/datasets'
      await remote.whileUnreachable(() => lab.type('git checkout -q v1 && dv checkout', { at, timeout: 20_000 }))
      expect(existsSync(lab.path(at, 'dog_and_cat/new.jpg'))).toBe(false)
      await expectClean(lab, at)
      await remote.whileUnreachable(() => lab.type('git checkout -q main && dv checkout', { at, timeout: 20_000 }))
      expect(existsSync(lab.path(at, 'dog_and_cat/new.jpg'))).toBe(true)
      await expectClean(lab, at)
    })

    test('a second clone takes everything through fetch and checkout, too', async () => {
      await lab.type('git clone -q $HUB/datasets.git second', { at: 'laptop' })
      const at = 'laptop/second'
      await lab.type('dv fetch', { at })
      expect(existsSync(lab.path(at, 'dog_and_cat'))).toBe(false)
      await remote.whileUnreachable(() => lab.type('dv checkout', { at, timeout: 20_000 }))
      await expectClean(lab, at)
    })
  })

  describeWith(kind.needs, `dv and dvc in alternation with ${kind.name}`, () => {
    let remote: LabWithRemote
    beforeAll(async () => {
      remote = await kind.open()
    })
    afterAll(() => remote.close())

    test('what either adds and pushes, the other pulls', async () => {
      const { lab } = remote
      await lab.type('git init -q --bare $HUB/shared.git && git clone -q $HUB/shared.git ours && git clone -q $HUB/shared.git theirs')
      await lab.type(`dvc init -q; dv remote add -d store ${remote.url}; ${remote.settings('store')}`, { at: 'ours' })
      await lab.type('git commit -q -am init && git push -q -u origin HEAD:main', { at: 'ours' })
      await lab.type('git pull -q', { at: 'theirs' })

      const turns: readonly { readonly with: 'dv' | 'dvc'; readonly change: (at: string) => void; readonly add: string }[] = [
        { with: 'dv', change: at => writeSome(lab, at, ['set/a', 'set/sub/b', 'table.csv']), add: 'set table.csv' },
        { with: 'dvc', change: at => writeSome(lab, at, ['set/c', 'set/sub/b', 'other/x']), add: 'set other' },
        { with: 'dv', change: at => rmSync(lab.path(at, 'set/a')), add: 'set' },
        { with: 'dvc', change: at => writeSome(lab, at, ['table.csv']), add: 'table.csv' },
        { with: 'dv', change: at => writeSome(lab, at, ['set/sub/only', 'other/y']), add: 'set/sub/only other' },
        { with: 'dvc', change: at => writeSome(lab, at, ['set/sub/é ü', 'other/x']), add: 'set/sub other' },
        { with: 'dv', change: at => writeSome(lab, at, ['deep/er/set/1', 'set/sub/only']), add: 'deep/er/set set' },
      ]
      for (const [turn, { with: program, change, add }] of turns.entries()) {
        const [here, there, other] = program === 'dv' ? ['ours', 'theirs', 'dvc'] : ['theirs', 'ours', 'dv']
        change(here)
        await lab.type(`${program} add ${add} && git add . && git commit -q -m "turn ${turn}"`, { at: here })
        await lab.type(`${program} push && git push -q`, { at: here })
        await lab.type(`git pull -q && ${other} pull`, { at: there })
        for (const at of [here, there]) await expectClean(lab, at)
        const data = { without: ['.git', '.dvc'] }
        expect(listFolder(lab.path(there), data)).toEqual(listFolder(lab.path(here), data))
      }
      for (const [at, program] of [
        ['ours', 'dvc'],
        ['theirs', 'dv'],
      ] as const) {
        await lab.type(`git checkout -q HEAD~3 && ${program} checkout && git checkout -q main && ${program} checkout`, { at })
        await expectClean(lab, at)
      }
    })
  })
}

/** New bytes for each path, different at each call. */
function writeSome(lab: Lab, at: string, paths: readonly string[]): void {
  for (const path of paths) {
    rmSync(lab.path(at, path), { force: true }) // it may be a link into the cache
    lab.write(`${at}/${path}`, sampleBytes(`${path} ${Math.random()}`, 1500))
  }
}

/** Both programs say that work tree, pointers, cache and remote agree. */
async function expectClean(lab: Lab, at: string, options: { pushed: boolean } = { pushed: true }): Promise<void> {
  const ofRemote = ['dvc status -c --json', 'dvc data status --not-in-remote --json', 'dv status -c --json']
  const questions = ['dvc status --json', 'dv status --json', ...(options.pushed ? ofRemote : ['dvc data status --json'])]
  for (const question of questions) {
    const answer = await lab.type(question, { at })
    expect({ question, answer: JSON.parse(answer.stdout) }).toEqual({ question, answer: {} })
  }
}
