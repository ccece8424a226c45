/** Which files of many are taken. Pure: the same names and seed give the same files on every machine. */
import { createHash } from 'node:crypto'
import { compareCodePoints } from '../base/code-points.ts'
import { DvError } from '../base/error.ts'
import { globPattern, isGlob } from '../repo/glob-pattern.ts'
import type { Flag } from './command.ts'

export interface Choice {
  /** how many; all when absent */
  readonly sample?: number
  /** default '' */
  readonly seed?: string
}

export const sampleFlags: readonly Flag[] = [
  { name: 'sample', value: 'number', type: 'number', summary: 'only so many files, chosen at random' },
  { name: 'seed', value: 'text', summary: 'with --sample: another choice; the same text chooses the same files, everywhere and always' },
]

/**
 * Each path is given a number by md5 of seed and path, and the smallest are taken: a larger sample holds the smaller one, and a file that is
 * added later changes one other at most.
 */
export function chooseFiles<File extends { readonly path: string }>(
  files: readonly File[],
  { sample, seed = '' }: Choice,
): readonly File[] {
  if (sample === undefined || files.length <= sample) return files
  const ranked = files.map(file => ({ file, rank: createHash('md5').update(`${seed}\0${file.path}`).digest('hex') }))
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : compareCodePoints(a.file.path, b.file.path)))
  return ranked
    .slice(0, sample)
    .map(({ file }) => file)
    .sort((a, b) => compareCodePoints(a.path, b.path))
}

/** Splits `cats/2024-*\/*.jpg` into the folder that is sure, and what is left to match below it. undefined: it is no pattern. */
export function splitGlob(typed: string): { readonly folder: string; readonly matches: (path: string) => boolean } | undefined {
  if (!isGlob(typed)) return undefined
  const parts = typed.split('/').filter(part => part !== '' && part !== '.')
  const first = parts.findIndex(isGlob)
  const pattern = globPattern(parts.slice(first).join('/'))
  return { folder: parts.slice(0, first).join('/'), matches: path => pattern.test(path) }
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }

/** `1000000`, `10M`, `1.5 GB` in bytes. @throws DvError 'usage' */
export function parseSize(typed: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)b?$/i.exec(typed) ?? []
  if (digits === undefined) throw new DvError('usage', `--max-size takes bytes, or a size like 10M, not '${typed}'`)
  return Number(digits) * (factors[unit?.toLowerCase() ?? ''] ?? 1)
}

export const maxSizeFlag: Flag = {
  name: 'max-size',
  value: 'size',
  summary: 'leave out each file and data set of this size (in bytes, or as 10M) or larger',
}
