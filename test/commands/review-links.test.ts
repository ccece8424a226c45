/** Links that a repository came with lead dv nowhere: it neither writes where they point nor takes from there. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
let victim: string
beforeEach(async () => {
  lab = await openLab({ ready: true })
  lab.write('model', 'weights')
  await expectDone(lab.dv('add', 'model'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'model')
  victim = join(lab.outside, 'victim')
  mkdirSync(victim)
  writeFileSync(join(victim, 'lock'), 'precious')
})
afterEach(() => lab.close())

const untouched = (): unknown => [readdirSync(victim), readFileSync(join(victim, 'lock'), 'utf8')]

test.each(['.dvc/tmp', '.dvc/tmp/dv', '.dvc/tmp/dv/outputs'])('a committed link in the place of %s is not followed', async folder => {
  rmSync(join(lab.root, folder), { recursive: true })
  symlinkSync(victim, join(lab.root, folder))
  lab.git('add', '-f', folder)
  lab.git('commit', '-qm', 'a trap')
  rmSync(join(lab.root, 'model'))
  for (const verb of ['status', 'checkout', 'pull'] as const) {
    const said = await lab.dv(verb)
    expect([said.exit, said.stderr]).toEqual([251, expect.stringContaining(`${folder} is a symbolic link to ${victim} that came with`)])
  }
  expect(untouched()).toEqual([['lock'], 'precious'])
})

test('no_scm in the committed configuration opens no way', async () => {
  rmSync(join(lab.root, '.dvc/tmp'), { recursive: true })
  symlinkSync(victim, join(lab.root, '.dvc/tmp'))
  lab.write('.dvc/config', '[core]\n    no_scm = True\n')
  lab.git('add', '-f', '-A')
  lab.git('commit', '-qm', 'a trap')
  expect((await lab.dv('checkout')).exit).toBe(251)
  expect(untouched()).toEqual([['lock'], 'precious'])
})

test('a link to a faster disk that its owner made is followed', async () => {
  rmSync(join(lab.root, '.dvc/tmp'), { recursive: true })
  const fast = join(lab.outside, 'fast')
  mkdirSync(fast)
  symlinkSync(fast, join(lab.root, '.dvc/tmp'))
  rmSync(join(lab.root, 'model'))
  await expectDone(lab.dv('checkout'))
  expect(lab.read('model')).toBe('weights')
  expect(readdirSync(fast)).toContain('dv')
})

test('a .gitignore that is a link is not replaced by what it points to', async () => {
  rmSync(join(lab.root, '.gitignore'))
  symlinkSync(join(victim, 'lock'), join(lab.root, '.gitignore'))
  lab.write('other', 'data')
  const said = await lab.dv('add', 'other')
  expect([said.exit, said.stderr]).toEqual([1, expect.stringContaining('is a symbolic link, which git does not follow')])
  expect(lab.has('other.dvc')).toBe(false)
  expect(lab.git('status', '--short', '.gitignore').trim()).toBe('T .gitignore')
})

test('a link into the .git of a repository inside this one is not written through', async () => {
  const hooks = join(lab.root, 'inner/.git/hooks')
  mkdirSync(hooks, { recursive: true })
  lab.write('model.dvc', lab.read('model.dvc').replace('path: model', 'path: trap/model'))
  symlinkSync('inner/.git/hooks', join(lab.root, 'trap'))
  const said = await lab.dv('checkout', '--force')
  expect([said.exit, said.stderr]).toEqual([255, expect.stringContaining('is a symlink into .git')])
  expect(readdirSync(hooks)).toEqual([])
})

test('init --force empties no folder that .dvc is a link to', async () => {
  rmSync(join(lab.root, '.dvc'), { recursive: true })
  symlinkSync(victim, join(lab.root, '.dvc'))
  expect((await lab.dv('init', '--force')).exit).toBe(1)
  expect(untouched()).toEqual([['lock'], 'precious'])
})
