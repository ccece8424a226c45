/** What must not happen when a checkout takes away data that this commit does not track. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ ready: true })
})
afterEach(() => lab.close())

const commit = (message: string): void => {
  lab.git('add', '-A')
  lab.git('commit', '-qm', message)
}

/** `data` with two files is tracked and committed; the next commit does not have its pointer. */
async function forget(): Promise<void> {
  lab.write('data/1', 'one')
  lab.write('data/2', 'two')
  await expectDone(lab.dv('add', 'data'))
  commit('data')
  lab.git('rm', '-q', 'data.dvc', '.gitignore')
  lab.git('commit', '-qm', 'no data')
}

function damage(content: string): void {
  for (const name of readdirSync(join(lab.root, '.dvc/cache/files/md5'), { recursive: true, encoding: 'utf8' })) {
    const path = join('.dvc/cache/files/md5', name)
    if (name.length < 30 || lab.read(path) !== content) continue
    chmodSync(join(lab.root, path), 0o644)
    writeFileSync(join(lab.root, path), 'damaged')
    chmodSync(join(lab.root, path), 0o444)
  }
}

test('what a commit once tracked goes, in one step', async () => {
  await forget()
  const said = await expectDone(lab.dv('checkout'))
  expect(said.stdout).toContain('data/')
  expect(lab.has('data')).toBe(false)
  lab.git('checkout', '-q', 'HEAD~1')
  await expectDone(lab.dv('checkout'))
  expect(lab.files('data')).toEqual(['1', '2'])
})

test('it is found in the history when HEAD was elsewhere for long', async () => {
  await forget()
  for (let at = 0; at < 10; at++) lab.git('commit', '-q', '--allow-empty', '-m', 'other work')
  await expectDone(lab.dv('checkout'))
  expect(lab.has('data')).toBe(false)
})

test('what a stopped removal left goes the next time; with a file that is not of it all stays', async () => {
  await forget()
  rmSync(join(lab.root, 'data/1'))
  lab.write('data/3', 'mine')
  expect((await expectDone(lab.dv('checkout'))).stderr).toContain('so it is left where it is')
  expect(lab.files('data')).toEqual(['2', '3'])
  rmSync(join(lab.root, 'data/3'))
  await expectDone(lab.dv('checkout'))
  expect(lab.has('data')).toBe(false)
})

test('data whose pointer was never committed stays: nobody would know its id', async () => {
  lab.write('data/1', 'one')
  await expectDone(lab.dv('add', 'data'))
  rmSync(join(lab.root, 'data.dvc'))
  const said = await expectDone(lab.dv('checkout'))
  expect(said.stderr).toContain('data is not tracked at this commit and no commit names it')
  expect(lab.files('data')).toEqual(['1'])
  expect((await expectDone(lab.dv('pull'))).stderr).toBe('')
})

test('data that git tracks by now stays', async () => {
  lab.write('model', 'weights')
  await expectDone(lab.dv('add', 'model'))
  commit('model')
  rmSync(join(lab.root, 'model.dvc'))
  rmSync(join(lab.root, '.gitignore'))
  commit('model in git')
  const said = await expectDone(lab.dv('checkout'))
  expect({ stderr: said.stderr, there: lab.has('model'), git: lab.git('status', '--short') }).toEqual({ stderr: '', there: true, git: '' })
})

test('a file stays when its object is damaged, since it is the only good copy', async () => {
  await forget()
  damage('one')
  const said = await expectDone(lab.dv('checkout'))
  expect(said.stderr).toContain('in the cache is damaged, and set aside as ')
  expect(said.stderr).toContain('data is not tracked at this commit and was changed')
  expect(lab.files('data')).toEqual(['1', '2'])
})

test('data that its owner moved away, leaving a link, is left alone and stops nothing', async () => {
  await forget()
  renameSync(join(lab.root, 'data'), join(lab.outside, 'moved'))
  symlinkSync('../moved', join(lab.root, 'data'))
  await expectDone(lab.dv('checkout'))
  expect(readdirSync(join(lab.outside, 'moved'))).toEqual(['1', '2'])
})

test('data behind a link to a folder where the same is tracked stays', async () => {
  lab.write('old/model', 'weights')
  await expectDone(lab.dv('add', 'old/model'))
  commit('old')
  lab.git('mv', 'old/model.dvc', 'model.dvc')
  rmSync(join(lab.root, 'old'), { recursive: true })
  mkdirSync(join(lab.root, 'new'))
  lab.git('mv', 'model.dvc', 'new/model.dvc')
  symlinkSync('new', join(lab.root, 'old'))
  commit('new')
  await expectDone(lab.dv('checkout'))
  await expectDone(lab.dv('checkout'))
  expect(lab.read('new/model')).toBe('weights')
})

test('what cannot be tracked in its place does not stop a pull', async () => {
  await forget()
  lab.write('data/.dvcignore', '*.tmp')
  const said = await expectDone(lab.dv('pull'))
  expect(said.stderr).toContain('so it is left where it is')
})

test('a pointer that an ignore file hides is no reason to remove its data', async () => {
  lab.write('data/1', 'one')
  await expectDone(lab.dv('add', 'data'))
  commit('data')
  lab.write('.dvcignore', 'data.dvc\n')
  expect((await expectDone(lab.dv('checkout'))).stderr).toBe('')
  expect(lab.files('data')).toEqual(['1'])
})

test('in a project without git nothing goes', async () => {
  const folder = mkdtempSync(join(lab.outside, 'plain-'))
  await expectDone(lab.dvIn(folder, 'init', '--no-scm'))
  writeFileSync(join(folder, 'model'), 'weights')
  await expectDone(lab.dvIn(folder, 'add', 'model'))
  rmSync(join(folder, 'model.dvc'))
  await expectDone(lab.dvIn(folder, 'checkout'))
  expect(readdirSync(folder)).toContain('model')
})

test('a checkout does not replace a file whose object in the cache is damaged', async () => {
  lab.write('model', 'one')
  await expectDone(lab.dv('add', 'model'))
  commit('one')
  lab.write('model', 'two')
  await expectDone(lab.dv('add', 'model'))
  commit('two')
  damage('two')
  lab.git('checkout', '-q', 'HEAD~1')
  const said = await lab.dv('checkout')
  expect(said.exit).toBe(255)
  expect(said.stderr).toContain('1 file would be lost')
  expect(lab.read('model')).toBe('two')
})
