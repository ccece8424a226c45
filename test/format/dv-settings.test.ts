import { expect, test } from '@jest/globals'
import { parseDvSettings } from '../../src/format/dv-settings.ts'

const parse = (text: string) => parseDvSettings(text, '.dvc/dv.yaml').map(({ key, value }) => [key, value])

test('sizes and times with their units', () => {
  expect(parse('cache:\n  limit: 500 GB\ngc:\n  trash: 2 weeks\n  remote: 12 hours\n')).toEqual([
    ['cache.limit', 500e9],
    ['gc.trash', 14 * 86_400_000],
    ['gc.remote', 43_200_000],
  ])
  expect(parse('cache: {limit: 1.5TB}')).toEqual([['cache.limit', 1.5e12]])
  expect(parse('')).toEqual([])
})

test.each([
  ['an unknown key', 'cache:\n  limits: 5 GB\n', 'no setting cache.limits'],
  ['an inherited key', 'cache:\n  constructor: 5 GB\n', 'no setting cache.constructor'],
  ['no unit', 'cache:\n  limit: 500\n', "like '500 GB', not 500"],
  ['another unit', 'cache:\n  limit: 500 gb\n', "like '500 GB'"],
  ['less than nothing', 'cache:\n  limit: -5 GB\n', "like '500 GB'"],
  ['a size for a time', 'gc:\n  trash: 5 GB\n', "like '7 days'"],
  ['no mapping', 'cache: 5\n', 'expected a mapping in cache'],
  ['a list', '- cache\n', 'expected a mapping'],
  ['no YAML', 'cache: [\n', 'not valid YAML'],
])('%s is refused', (_, text, why) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'bad-config', message: expect.stringContaining(why) }))
})
