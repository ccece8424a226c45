/** What dv shows of two versions, held against what the real DVC showed of the same, step by step. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Golden, goldenNames, unpackGolden } from '../golden/unpack-golden.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

let golden: Golden
let lab: TrackedLab
beforeEach(async () => {
  lab = await openReadyLab()
})
afterEach(() => {
  golden.remove()
  lab.close()
})

/** What a person did between the steps, by hand, after the step of that number. */
const byHand: Readonly<Record<number, () => void>> = {
  1: () => lay('v1'),
  3: () => {
    lab.commit('version 1')
    lab.git('tag', 'v1')
    lab.remove('data', 'model.bin')
    lay('v2')
  },
  15: () => {
    lab.commit('version 2')
    lab.git('tag', 'v2')
  },
}

const lay = (version: string): void =>
  cpSync(join(golden.folder, 'input', version), lab.root, { recursive: true, preserveTimestamps: true })

/** DVC forgets a `-q` in front of its verb, which is what that step shows. */
const isOdd = ([first]: readonly string[]): boolean => first === 'init' || first === 'remote' || first === '-q'

test('s06-two-versions, step by step', async () => {
  golden = unpackGolden('s06-two-versions')
  for (const [at, step] of golden.expect.steps.entries()) {
    const [program, ...words] = step.argv
    if (program === 'git') lab.git(...words)
    else if (!isOdd(words)) {
      const said = await lab.dv(...words)
      expect({ step: words, exit: said.exit }).toEqual({ step: words, exit: step.rc })
      if (step.json !== undefined)
        expect({ step: words, json: sorted(JSON.parse(said.stdout)) }).toEqual({ step: words, json: sorted(step.json) })
      else if (words[0] === 'diff' && step.rc === 0) expect({ step: words, text: said.stdout }).toEqual({ step: words, text: step.stdout })
    }
    byHand[at]?.()
  }
})

interface Seen {
  readonly argv: readonly string[]
  readonly rc: number
  readonly json: unknown
}

/** `dv list` is another test's. */
const asked = ['status', 'status_cloud', 'data_status', 'data_status_granular', 'diff']

test.each(goldenNames)('%s, at the end', async name => {
  golden = unpackGolden(name)
  const final = Object.entries(golden.expect['final'] as Readonly<Record<string, Seen>>).filter(([what]) => asked.includes(what))
  for (const [, { argv, rc, json }] of final) {
    const said = await lab.dvIn(join(golden.folder, 'repo'), ...argv.slice(1))
    expect({ argv, exit: said.exit, json: rc === 0 ? sorted(JSON.parse(said.stdout)) : null }).toEqual({
      argv,
      exit: rc,
      json: sorted(json),
    })
  }
})

/** The order of lists of paths tells nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)]))
}
