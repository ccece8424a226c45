/** A part of a list, chosen at random and the same again for the same seed. */
import { createHash } from 'node:crypto'

export interface SampleSize {
  /** at least one, when there is any */
  readonly count: (total: number) => number
}

/** `5%`, or a number of items. Undefined for what is neither. */
export function parseSampleSize(text: string): SampleSize | undefined {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? []
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100)
    return { count: total => Math.ceil((total * Number(percent)) / 100) }
  return /^[1-9]\d*$/.test(text) ? { count: total => Math.min(total, Number(text)) } : undefined
}

/**
 * By the order of a hash of seed and item: the choice depends on neither the order of the list nor on the other items, so that a
 * sample stays mostly the same while a data set grows.
 */
export function sampleOf<Item extends string>(items: readonly Item[], { count }: SampleSize, seed: string): readonly Item[] {
  const ranked = items.map(item => ({ item, rank: createHash('md5').update(`${seed}\0${item}`).digest('hex') }))
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
  return ranked.slice(0, count(items.length)).map(({ item }) => item)
}
