import { expect, test } from '@jest/globals'
import { parsePipelineOutputs } from '../../src/format/pipeline-outputs.ts'

const id = 'b1946ac92492d2347c6235b4d2611184'
const parseAll = (yaml: string, lock: string) => parsePipelineOutputs({ yaml, lock, file: 'sub/dvc.yaml' })
const parse = (yaml: string, lock: string) => parseAll(yaml, lock).filter(({ workingFolder }) => workingFolder !== undefined)
const locked = (stage: string, ...paths: string[]): string =>
  `  ${stage}:\n    cmd: x\n    outs:\n${paths.map(path => `    - path: ${path}\n      hash: md5\n      md5: ${id}\n      size: 6\n`).join('')}`
const lock = (...stages: string[]): string => `schema: '2.0'\nstages:\n${stages.join('')}`

test('the lock has the hashes, dvc.yaml what is kept and sent', () => {
  const yaml = `stages:
  train:
    cmd: x
    wdir: ../w
    outs:
    - plain
    - ./big/:
        push: false
    - m.json:
        cache: false
    metrics:
    - kept.json
    - free.json: {cache: false}
    plots:
    - p.csv: {remote: other, x: epoch}
`
  const [stage, ...others] = parse(yaml, lock(locked('train', 'plain', 'big', 'm.json', 'kept.json', 'free.json', 'p.csv')))
  expect(others).toEqual([])
  expect([stage?.stage, stage?.workingFolder]).toEqual(['train', '../w'])
  expect(stage?.outputs.map(({ path, cached, pushed, remote }) => ({ path, cached, pushed, remote }))).toEqual([
    { path: 'plain', cached: true, pushed: true, remote: undefined },
    { path: 'big', cached: true, pushed: false, remote: undefined },
    { path: 'm.json', cached: false, pushed: true, remote: undefined },
    { path: 'kept.json', cached: true, pushed: true, remote: undefined },
    { path: 'free.json', cached: false, pushed: true, remote: undefined },
    { path: 'p.csv', cached: true, pushed: true, remote: 'other' },
  ])
  expect(stage?.outputs[0]).toMatchObject({ id, hash: 'md5', size: 6 })
})

test('stages made from a template are found by its name, their outputs by its fixed parts', () => {
  const yaml = `stages:
  fit:
    foreach: [a, b]
    do:
      cmd: x
      outs:
      - m/\${item}.bin
      metrics:
      - m/\${item}+.json:
          cache: false
  grid:
    matrix: {k: [1]}
    cmd: x
    outs: ["g\${item.k}"]
  moved:
    cmd: x
    wdir: \${where}
    outs: [z]
`
  const found = parse(
    yaml,
    lock(locked('fit@a', 'm/a.bin', 'm/a+.json'), locked('grid@1', 'g1'), locked('moved', 'z'), locked('gone', 'old')),
  )
  expect(found.map(({ stage, outputs }) => [stage, outputs.map(({ path, cached }) => [path, cached])])).toEqual([
    [
      'fit@a',
      [
        ['m/a.bin', true],
        ['m/a+.json', false],
      ],
    ],
    ['grid@1', [['g1', true]]],
  ])
})

test('older locks: no schema, no hash', () => {
  const old = `s:\n  cmd: x\n  outs:\n  - path: o\n    md5: ${id}\n`
  expect(parse('stages:\n  s:\n    cmd: x\n    outs: [o]\n', old)[0]?.outputs[0]).toMatchObject({ path: 'o', hash: 'md5-dos2unix' })
})

test('stages without outputs, and files without stages, track nothing', () => {
  expect(parse('stages:\n  s:\n    cmd: x\n', lock('  s:\n    cmd: x\n'))[0]?.outputs).toEqual([])
  expect(parse('plots:\n- x.csv\n', "schema: '2.0'\nstages: {}\n")).toEqual([])
  expect(parse('', '')).toEqual([])
  expect(parse('stages:\n  constructor:\n    cmd: x\n', lock(locked('toString', 'x')))).toEqual([])
})

test.each([
  ['stages: [', lock(), 'sub/dvc.yaml'],
  ['- a\n', lock(), 'sub/dvc.yaml'],
  ['stages: {s: {cmd: x}}', 'a: [', 'sub/dvc.lock'],
  [
    'stages: {s: {cmd: x}}',
    lock('  s:\n    outs:\n    - path: o\n      hash: md5\n      md5: nonsense\n'),
    'sub/dvc.lock is damaged: s -> outs -> 0 -> md5',
  ],
])('what cannot be read is named', (yaml, text, message) => {
  expect(() => parse(yaml, text)).toThrow(expect.objectContaining({ code: 'bad-pointer', message: expect.stringContaining(message) }))
})

test('of a stage that only the lock has, or with a wdir from a template, the outputs are known, not where they lie', () => {
  const stages = parseAll(`stages:\n  made:\n    cmd: x\n    wdir: \${where}\n`, lock(locked('gone', 'x'), locked('made', 'y')))
  expect(stages.map(({ stage, workingFolder, outputs }) => [stage, workingFolder, outputs[0]?.id])).toEqual([
    ['gone', undefined, id],
    ['made', undefined, id],
  ])
})
