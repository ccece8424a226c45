import { expect, test } from '@jest/globals'
import { parseConfigFile, printConfigFile } from '../../src/format/config-file.ts'

const parse = (text: string): unknown => parseConfigFile(text, '.dvc/config')
/** Of one value, to save lines. */
const value = (text: string): string | undefined => parseConfigFile(`[core]\nremote = ${text}\n`, '.dvc/config')[0]?.values[0]?.[1]

test("DVC's own form", () => {
  const text =
    '[core]\n    remote = stor\n    autostage = true\n[cache]\n    type = "hardlink,symlink"\n[\'remote "stor"\']\n    url = ../../remote\n'
  const config = parseConfigFile(text, '.dvc/config')
  expect(config).toEqual([
    {
      section: 'core',
      values: [
        ['remote', 'stor'],
        ['autostage', 'true'],
      ],
    },
    { section: 'cache', values: [['type', 'hardlink,symlink']] },
    { section: 'remote "stor"', values: [['url', '../../remote']] },
  ])
  expect(printConfigFile(config)).toBe(text)
})

test.each([
  ['plain', 'plain'],
  ['a b  # comment', 'a b'],
  ['a#b', 'a'],
  ['', ''],
  ['""', ''],
  ['# comment', ''],
  ['"a#b" # c', 'a#b'],
  [`'"q"'`, '"q"'],
  [`"a"b"`, 'a"b'],
  [`it's`, `it's`],
  ['a, b', 'a,b'],
  [`'a,x', b`, 'a,x,b'],
  ['a,', 'a'],
  [',', ''],
  [`'''a'b"c'''`, `a'b"c`],
  [`"""x\ny""" # c`, 'x\ny'],
  [`'''a"b''''`, `a"b'`],
  ['50%', '50%'],
])('the value %j is %j', (text, expected) => expect(value(text)).toBe(expected))

test('sections and keys are lower case; comments, blank lines and indentation are passed over', () => {
  expect(parse('\ufeff# c\r\n  [Core] # c\r\n\r\n\tRemote=a\r\n[remote "Lab"]\r\nurl = x')).toEqual([
    { section: 'core', values: [['remote', 'a']] },
    { section: 'remote "lab"', values: [['url', 'x']] },
  ])
})

test('[remote] with [[name]] below', () => {
  expect(parse('[remote]\n[[lab]]\nurl = x\n')).toContainEqual({ section: 'remote "lab"', values: [['url', 'x']] })
})

test.each([
  ['[core]\nremote', 'neither a section nor a key, line 2'],
  ['[core', 'a section that is not closed, line 1'],
  ["[core]\nremote = 'a' b", "the value of 'remote' is quoted wrongly, line 2"],
  ['[core]\nremote = "a', 'quoted wrongly'],
  ["[core]\nremote = '''a\nb", 'quoted wrongly'],
  ['[core]\nremote=a\nremote=b', "'remote' is set twice, line 3"],
  ['[core]\nremote=a\n[core]\nautostage=true', 'the section core comes twice, line 3'],
  ['remote = a', "extra keys not allowed @ data['remote'], line 1"],
  ['[core]\n[[x]]\na=1', "extra keys not allowed @ data['core']['x']"],
  ['[[core]]', 'too deep'],
  ['[core]\nremote = %(x)s', 'refers to another key'],
  ['[core]\n= x', 'neither a section nor a key'],
])('%j: %s', (text, message) =>
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'bad-config', message: expect.stringContaining(message) })),
)

test.each([
  ['a b', 'a b'],
  ['', '""'],
  [' a', '" a"'],
  ['a,b', '"a,b"'],
  ['my key#1', '"my key#1"'],
  ['"q"', `'"q"'`],
  [`s3://a/it's`, `s3://a/it's`],
  [`it's,"q"`, `'''it's,"q"'''`],
  ['a\nb', `'''a\nb'''`],
  [`a'''\nb`, `"""a'''\nb"""`],
])('the value %j is written %j', (value, written) => {
  const text = printConfigFile([{ section: 'core', values: [['remote', value]] }])
  expect(text).toBe(`[core]\n    remote = ${written}\n`)
  expect(parse(text)).toEqual([{ section: 'core', values: [['remote', value]] }])
})

test('what the format cannot hold is refused', () => {
  for (const value of ['a\rb', 'a\0', `'''"""\n`, 'a\u2028b']) {
    expect(() => printConfigFile([{ section: 'core', values: [['remote', value]] }])).toThrow(
      expect.objectContaining({ code: 'bad-config' }),
    )
  }
  expect(() => printConfigFile([{ section: `remote "it's"`, values: [['url', 'x']] }])).toThrow(
    expect.objectContaining({ code: 'bad-config' }),
  )
})

test('named sections come last, remotes before machines; empty ones are left out', () => {
  const values = [['k', 'v']] as const
  const sections = ['db "x"', 'machine "x"', 'remote "b"', 'cache', 'remote "a"', 'core'].map(section => ({ section, values }))
  const printed = printConfigFile([{ section: 'plots', values: [] }, ...sections])
  expect(printed.match(/^\[.*\]$/gm)).toEqual(['[cache]', '[core]', `['remote "b"']`, `['remote "a"']`, `['machine "x"']`, `['db "x"']`])
  expect(printConfigFile([])).toBe('')
})
