/** Which files are taken of many. */
import { expect, test } from '@jest/globals'
import { chooseFiles, parseSize, splitGlob } from '../../src/commands/choose-files.ts'

const files = Array.from({ length: 1000 }, (_, at) => ({ path: `cats/${at}.jpg` }))
const names = (sample: number, seed?: string) =>
  chooseFiles(files, { sample, ...(seed === undefined ? {} : { seed }) }).map(({ path }) => path)

test('the same sample on every machine, in any order of the files', () => {
  expect(names(5)).toMatchInlineSnapshot(`
[
  "cats/291.jpg",
  "cats/308.jpg",
  "cats/399.jpg",
  "cats/418.jpg",
  "cats/879.jpg",
]
`)
  expect(chooseFiles([...files].reverse(), { sample: 5 }).map(({ path }) => path)).toEqual(names(5))
  expect(names(5, '1')).not.toEqual(names(5))
})

test('a larger sample holds the smaller, a file more changes one at most, and all is all', () => {
  expect(names(50)).toEqual(expect.arrayContaining(names(5)))
  const more = chooseFiles([...files, { path: 'cats/new.jpg' }], { sample: 50 })
  expect(more.filter(({ path }) => names(50).includes(path)).length).toBeGreaterThanOrEqual(49)
  expect(chooseFiles(files, { sample: 1000 })).toBe(files)
  expect(chooseFiles(files, {})).toBe(files)
})

test('a sample is spread over the files', () => {
  const low = names(500).filter(path => Number(path.replace(/\D/g, '')) < 500).length
  expect(low).toBeGreaterThan(200)
  expect(low).toBeLessThan(300)
})

test('patterns have a folder that is sure', () => {
  expect(splitGlob('cats/1.jpg')).toBeUndefined()
  expect(splitGlob('a/b/**/*.jpg')).toMatchObject({ folder: 'a/b' })
  expect(splitGlob('a/*.jpg')?.matches('x.jpg')).toBe(true)
  expect(splitGlob('a/*.jpg')?.matches('b/x.jpg')).toBe(false)
  expect(splitGlob('a/**/*.jpg')?.matches('b/c/x.jpg')).toBe(true)
})

test('sizes in bytes or decimal units', () => {
  expect(['1000', '10k', '1.5M', '2 GB', '7b'].map(parseSize)).toEqual([1000, 10_000, 1_500_000, 2e9, 7])
  expect(() => parseSize('-1')).toThrow('takes bytes')
})
