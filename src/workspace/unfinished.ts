/** Names of files that are being made in a user's folder: no part of the data, and swept when their maker is dead. */
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, unlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename } from 'node:path'
import { isSystemError } from '../base/error.ts'
import { isRunning } from '../base/is-running.ts'

const form = /^\.dv-(\d+)-([0-9a-f]{4})[0-9a-f]{8}-\d+\.tmp$/

/** Process numbers mean something on their own machine only. */
const machine = createHash('md5').update(hostname()).digest('hex').slice(0, 4)

export const isUnfinishedName = (name: string): boolean => name.startsWith('.dv-') && form.test(name)

/** A source of new names; `.dv-`, process, machine and random, number, `.tmp`. */
export function openUnfinishedNames(): () => string {
  const ours = `.dv-${process.pid}-${machine}${randomBytes(4).toString('hex')}`
  let count = 0
  return () => `${ours}-${count++}.tmp`
}

/** ms. A file that long under the name of another machine belongs to nobody: one is made in seconds, a large copy keeps changing it. */
const deadAfter = 60 * 60 * 1000

/** Removes the file when its maker was of this machine and is dead, or is of another and long silent. */
export function sweepUnfinished(path: string): void {
  const [, process, where] = form.exec(basename(path)) ?? []
  try {
    if ((where === machine && !isRunning(Number(process))) || lstatSync(path).mtimeMs < Date.now() - deadAfter) unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error
  }
}
