/** dv freeze and dv unfreeze; the texts are DVC 3.67.1's. */
import { afterEach, expect, test } from '@jest/globals'
import { type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
afterEach(() => lab.close())

const added = 'outs:\n- md5: 5839145a19c13f3ffb0a3b9527e0a912\n  size: 6\n  hash: md5\n  path: plain\n'
const noted = '# top\nouts:\n- md5: 5bbf5a52328e7439ae6e719dfe712200 # c\n  path: x\nmeta: {a: 1}\n'
const imported =
  'deps:\n- path: data\n  repo:\n    url: ../src\n    rev_lock: ed904e146a6cbc259917e8550d48760ef32b2f51\nouts:\n- md5: 20ad46588e5628537eb822c2583dd63d.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: data\n'
const top = 'md5: 8d7b91074cc4d39c320569983e5a6516\n'

test('frozen and back again: at the end of the pointer, with every comment', async () => {
  lab = await openLab({ ready: true })
  lab.write('plain.dvc', added)
  lab.write('sub/x.dvc', noted)
  expect(await lab.dv('freeze', 'plain.dvc', 'sub/x.dvc', 'plain.dvc')).toEqual({
    exit: 0,
    stdout: 'plain.dvc: frozen\nsub/x.dvc: frozen\n',
    stderr: '',
  })
  expect(lab.read('plain.dvc')).toBe(`${added}frozen: true\n`)
  expect(lab.read('sub/x.dvc')).toBe(`${noted}frozen: true\n`)
  expect((await lab.dv('freeze', 'plain.dvc')).stdout).toBe('plain.dvc: unchanged\n')
  expect((await lab.dv('unfreeze', 'plain.dvc', 'sub/x.dvc')).stdout).toBe('plain.dvc: unfrozen\nsub/x.dvc: unfrozen\n')
  expect(lab.read('plain.dvc')).toBe(added)
  expect(lab.read('sub/x.dvc')).toBe(noted)
})

test('an import: the md5 at its top stays', async () => {
  lab = await openLab({ ready: true })
  lab.write('data.dvc', `${top}frozen: true\n${imported}`)
  await lab.dv('unfreeze', 'data.dvc')
  expect(lab.read('data.dvc')).toBe(top + imported)
})

test('a dry run changes nothing', async () => {
  lab = await openLab({ ready: true })
  lab.write('plain.dvc', added)
  expect((await lab.dv('freeze', '--dry-run', 'plain.dvc')).stdout).toBe(
    'plain.dvc: to be frozen\nNothing was changed: this is a dry run.\n',
  )
  expect(lab.read('plain.dvc')).toBe(added)
})

test.each([
  ['data', "'data' is not a .dvc file\nhint: the same with data.dvc\n"],
  ['nosuch.dvc', "'nosuch.dvc' does not exist\n"],
  ['../x.dvc', "'../x.dvc' is outside of the repository at "],
  ['bad.dvc', "bad.dvc is not a pointer: unknown key 'foo' in foo, line 1, column 1\n"],
])('%s is told and leaves with 1; the others are done', async (target, said) => {
  lab = await openLab({ ready: true })
  lab.write('data.dvc', `${top}frozen: true\n${imported}`)
  lab.write('plain.dvc', added)
  lab.write('bad.dvc', 'foo: 1\n')
  const { exit, stdout, stderr } = await lab.dv('unfreeze', target, 'data.dvc')
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: 'data.dvc: unfrozen\n' })
  expect(stderr).toContain(`ERROR: failed to unfreeze: ${said}`)
  expect(lab.read('plain.dvc')).toBe(added)
  expect(lab.read('bad.dvc')).toBe('foo: 1\n')
})
