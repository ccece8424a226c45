/** A gc in words. */
import { relative } from 'node:path'
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { ListedObject } from '../store/object-store.ts'
import type { Garbage } from './garbage.ts'
import type { GraceTimes } from './gc-grace.ts'
import { type GcPlan, largestOf } from './gc-plan.ts'
import type { Swept } from './gc-sweep.ts'
import type { Keeper } from './kept-objects.ts'

export interface ShownPlan {
  readonly plan: GcPlan
  readonly keepers: readonly Keeper[]
  readonly grace: GraceTimes
  /** folder that names are relative to */
  readonly cwd: string
  readonly kept: number
}

/** so many are named, the rest is counted */
const shownKeepers = 8
const shownLargest = 5

export const bytesOf = (objects: readonly ListedObject[]): number => objects.reduce((sum, { size }) => sum + size, 0)

export const goingFromCache = ({ caches }: GcPlan): readonly ListedObject[] => caches.flatMap(({ trees, files }) => [...trees, ...files])

export function renderPlan({ plan, keepers, grace, cwd, kept }: ShownPlan): string {
  const going = goingFromCache(plan)
  const freed = plan.caches.reduce((sum, cache) => sum + cache.freed, 0)
  const folder = plan.caches[0]?.cache.folder ?? ''
  return lines([
    `Kept: ${formatCount(kept, 'object')} of the cache, named by`,
    ...keepers
      .slice(0, shownKeepers)
      .map(
        ({ name, outputs, objects }) =>
          `  ${name}: ${formatCount(outputs, 'data set')}, ${formatCount(objects, 'object')} that nothing before it names`,
      ),
    ...(keepers.length > shownKeepers ? [`  … and ${formatCount(keepers.length - shownKeepers, 'more commit')}`] : []),
    going.length === 0
      ? `Nothing goes from the cache.`
      : `From the cache at ${relative(cwd, folder) || '.'}: ${amountOf(going)} that nothing in this scope names${heldBack(bytesOf(going), freed)}`,
    ...plan.caches.flatMap(cache =>
      largestOf(cache, shownLargest).map(
        ({ id, size, name }) => `  ${formatBytes(size).padStart(7)}  ${id}${name === undefined ? '' : `  ${name}`}`,
      ),
    ),
    ...plan.remotes.flatMap(garbage => renderRemote(garbage, garbage.remote.name, garbage.store.label, grace)),
    ...(plan.returning.length > 0
      ? [`Back from the trash: ${formatCount(plan.returning.length, 'object')} that a pointer names again.`]
      : []),
    ...plan.emptied.map(
      ({ batch, objects, bytes }) =>
        `Deleted for good: ${formatCount(objects, 'object')}, ${formatBytes(bytes)}, in the trash since ${dateOf(batch.time)}.`,
    ),
    ...(plan.sharedWith === undefined
      ? []
      : [`The cache is outside of this repository: what other projects need of it goes, too, unless they are named by -p.`]),
  ])
}

const amountOf = (objects: readonly ListedObject[]): string => `${formatCount(objects.length, 'object')}, ${formatBytes(bytesOf(objects))},`

const heldBack = (bytes: number, freed: number): string =>
  freed < bytes ? `; ${formatBytes(bytes - freed)} of it stay on the disk, hard-linked by work trees` : ''

function renderRemote(garbage: Garbage, name: string, label: string, grace: GraceTimes): readonly string[] {
  const going = [...garbage.trees, ...garbage.files]
  const spared =
    garbage.spared === 0
      ? ''
      : ` ${formatCount(garbage.spared, 'object')} that nobody names ${garbage.spared === 1 ? 'stays' : 'stay'}: ${
          grace.remote > 0 ? `younger than ${formatGrace(grace.remote)}, or listed by what is` : 'just written'
        }.`
  if (going.length === 0) return spared === '' ? [] : [`Nothing goes from '${name}' (${label}).${spared}`]
  return [`From '${name}' (${label}), for good: ${amountOf(going)} that nothing in this scope names.${spared}`]
}

export function renderSwept({
  swept,
  plan,
  grace,
  now,
}: {
  readonly swept: Swept
  readonly plan: GcPlan
  readonly grace: GraceTimes
  readonly now: number
}): string {
  const trashed = swept.trashed > 0
  const forGood = grace.trash === 0
  return lines([
    ...(trashed
      ? [
          `${formatCount(swept.trashed, 'object')} ${swept.trashed === 1 ? 'is' : 'are'} ${forGood ? 'deleted for good' : 'in the trash'}, ${formatBytes(bytesOf(goingFromCache(plan)))}.`,
        ]
      : []),
    ...(trashed && !forGood
      ? [
          `The disk is free again with the first dv gc after ${dateOf(now + grace.trash)}, or at once by: dv gc --now`,
          'To have them back until then: dv gc --undo',
        ]
      : []),
    ...(swept.returned > 0 ? [`${formatCount(swept.returned, 'object')} came back from the trash.`] : []),
    ...(swept.freed > 0 ? [`${formatBytes(swept.freed)} of the disk are free.`] : []),
    ...swept.removed
      .filter(({ objects }) => objects > 0)
      .map(({ name, objects }) => `Removed ${formatCount(objects, 'object')} from '${name}'.`),
    ...(!trashed && swept.returned + swept.freed === 0 && swept.removed.every(({ objects }) => objects === 0)
      ? ['Nothing was there to remove.']
      : []),
  ])
}

/** `7 days`, `1 hour` */
export function formatGrace(ms: number): string {
  const hours = Math.round(ms / 3_600_000)
  return hours >= 24 && hours % 24 === 0 ? formatCount(hours / 24, 'day') : formatCount(hours, 'hour')
}

/** `2026-11-28 12:30`, by the clock of this machine */
export function dateOf(time: number): string {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

const lines = (all: readonly string[]): string => all.map(line => `${line}\n`).join('')
