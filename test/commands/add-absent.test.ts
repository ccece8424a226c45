/** dv add into a data set of which nothing is here. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { expectDone } from '../doubles/lab.ts'
import { type AbsentLab, openAbsentLab } from './absent-lab.ts'

let lab: AbsentLab
beforeEach(async () => {
  lab = await openAbsentLab()
})
afterEach(() => lab.close())

test('one image: one GET for the list, and two objects to push', async () => {
  lab.write('data/cats/new.jpg', 'new image')
  const said = await lab.dv('add', 'data/cats/new.jpg')
  expect(said).toEqual({
    exit: 0,
    stdout: 'data/cats/new.jpg: 1 file, 9 B, changed\n\nTo track the changes with git:\n\n\tgit add data.dvc\n',
    stderr: '',
  })
  expect(lab.requests()).toEqual({ get: 1 })
  expect(lab.cached()).toHaveLength(3)
  expect(lab.read('data.dvc')).toMatch(/size: 1699\n {2}nfiles: 201\n/)
  expect((await lab.dv('push')).stdout).toMatch(/^2 files pushed/)
  // Asked: the lists of both data sets; the old list, which vouches for 200 files, and the image; the old list again before the new one goes.
  expect(lab.requests()).toEqual({ head: 5, put: 2 })
  const pulled = await lab.pulled('data')
  expect(Object.keys(pulled)).toHaveLength(201)
  expect([pulled['cats/new.jpg'], pulled['dogs/0001.jpg']]).toEqual(['new image', 'image 1'])
})

test('status calls nothing a change that is only not here', async () => {
  const before = (await lab.dv('status', '--json')).stdout
  lab.write('data/new.jpg', 'new image')
  await expectDone(lab.dv('add', '-q', 'data/new.jpg'))
  expect((await lab.dv('status', '--json')).stdout).toBe(before)
  expect(before).toContain('"data":"not in cache"')
})

test('a folder, and one that takes the place of a file', async () => {
  lab.write('data/birds/1.jpg', 'b1')
  lab.write('data/birds/2.jpg', 'b2')
  lab.write('data/cats/0000.jpg/x', 'x')
  await expectDone(lab.dv('add', '-q', 'data/birds', 'data/cats/0000.jpg'))
  expect(lab.read('data.dvc')).toContain('nfiles: 202\n')
  expect((await lab.dv('push')).stdout).toMatch(/^4 files pushed/)
  expect(await lab.pulled('data')).toMatchObject({ 'birds/1.jpg': 'b1', 'cats/0000.jpg/x': 'x' })
})

test('what is listed and not here was not deleted by anybody', async () => {
  lab.write('data/new.jpg', 'new image')
  const before = lab.read('data.dvc')
  const said = await lab.dv('add', 'data/cats/0000.jpg')
  expect(said).toMatchObject({ exit: 1, stdout: '' })
  expect(said.stderr).toContain(
    "'data/cats/0000.jpg' is not here, and neither is anything else of 'data'\n\nhint: dv rm data/cats/0000.jpg",
  )
  expect(lab.read('data.dvc')).toBe(before)
})

test('with a listed file beside it, it was', async () => {
  await expectDone(lab.dv('pull', 'data/dogs/0001.jpg'))
  const said = await lab.dv('add', 'data/cats/0000.jpg')
  expect(said.stdout).toMatch(/^data\/cats\/0000\.jpg: removed\n/)
  expect(lab.read('data.dvc')).toMatch(/\.dir\n {2}nfiles: 199\n/)
})

test('a list that arrives damaged is not edited', async () => {
  for (let n = 0; n < 10; n++) lab.server.addFault({ operation: 'get', wrongBytes: true })
  const before = lab.read('data.dvc')
  lab.write('data/new.jpg', 'new image')
  const said = await lab.dv('add', 'data/new.jpg')
  expect(said.exit).toBe(1)
  expect(said.stderr).toContain('has another hash; it came from s3:')
  expect(lab.read('data.dvc')).toBe(before)
}, 60_000)

test('what is in neither place is named by the push', async () => {
  const [lost] = lab.server.shelf.keys('lab').filter(key => !key.endsWith('.dir'))
  lab.write('data/new.jpg', 'new image')
  await expectDone(lab.dv('add', '-q', 'data/new.jpg'))
  for (const key of lab.server.shelf.keys('lab')) if (key === lost || key.endsWith('.dir')) lab.server.shelf.delete('lab', key)
  const said = await lab.dv('push')
  expect(said.exit).toBe(1)
  expect(said.stderr).toMatch(/ERROR: .* neither in the cache nor on 'stor'/)
  expect(lab.server.shelf.keys('lab').filter(key => key.endsWith('.dir'))).toEqual([])
})
