/** `.dvc/dv.yaml`: what dv can be told that DVC does not know. */
import { DvError } from '../base/error.ts'
import { readYaml } from './yaml-document.ts'
import { isRecord } from './yaml-print.ts'

export interface DvSetting {
  /** `cache.limit` */
  readonly key: keyof typeof kinds
  /** as it was typed */
  readonly text: string
  /** bytes, or ms */
  readonly value: number
}

const second = 1000
const day = 24 * 60 * 60 * second
const durations: Readonly<Record<string, number>> = { hour: day / 24, day, week: 7 * day }
const sizes: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 }

/** Every setting there is, with the units of its values: bytes, or ms. */
const kinds = {
  /** what the cache may hold: beyond it goes what was not used for longest, and what a remote has */
  'cache.limit': { units: sizes, form: /^(\d+(?:\.\d+)?)\s*([kMGTP]?B)$/, example: '500 GB' },
  /** how long a gc keeps objects in the trash of the cache */
  'gc.trash': { units: durations, form: /^(\d+(?:\.\d+)?)\s*(hour|day|week)s?$/, example: '7 days' },
  /** how old an object on a remote has to be before a gc takes it */
  'gc.remote': { units: durations, form: /^(\d+(?:\.\d+)?)\s*(hour|day|week)s?$/, example: '1 day' },
} as const

const isKey = (key: string): key is DvSetting['key'] => Object.hasOwn(kinds, key)

/** @throws DvError 'bad-config' for what is no YAML, an unknown key, or a value of another form: a slip must not delete anything */
export function parseDvSettings(text: string, file: string): readonly DvSetting[] {
  return entriesOf(text, file).map(([key, value]) => {
    if (!isKey(key))
      throw new DvError('bad-config', `${file}: there is no setting ${key}`, { hint: `the settings are ${Object.keys(kinds).join(', ')}` })
    const { form, units, example } = kinds[key]
    const [typed, number, unit = ''] = typeof value === 'string' ? (form.exec(value.trim()) ?? []) : []
    if (typed === undefined)
      throw new DvError('bad-config', `${file}: ${key} takes a value like '${example}', not ${JSON.stringify(value)}`)
    return { key, text: typed, value: Number(number) * (units[unit] ?? Number.NaN) }
  })
}

function entriesOf(text: string, file: string): readonly (readonly [key: string, value: unknown])[] {
  const value = read(text, file) ?? {}
  if (!isRecord(value)) throw new DvError('bad-config', `${file}: expected a mapping`)
  return Object.entries(value).flatMap(([section, values]) => {
    if (!isRecord(values)) throw new DvError('bad-config', `${file}: expected a mapping in ${section}`)
    return Object.entries(values).map(([name, one]) => [`${section}.${name}`, one] as const)
  })
}

function read(text: string, file: string): unknown {
  try {
    return readYaml(text, file).value
  } catch (error) {
    if (!(error instanceof DvError)) throw error
    throw new DvError('bad-config', error.message, { cause: error })
  }
}
