/** Names of files that are being made in a user's folder: no part of the data, and swept when their maker is dead. */
import { randomBytes } from 'node:crypto'
import { lstatSync, unlinkSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'

const form = /^\.dv-\d+-[0-9a-f]{12}-\d+\.tmp$/

export const isUnfinishedName = (name: string): boolean => name.startsWith('.dv-') && form.test(name)

/** A source of new names; `.dv-`, process, random, number, `.tmp`. */
export function openUnfinishedNames(): () => string {
  const ours = `.dv-${process.pid}-${randomBytes(6).toString('hex')}`
  let count = 0
  return () => `${ours}-${count++}.tmp`
}

/** ms. A file that long under such a name belongs to nobody: one is made in seconds, a large copy keeps changing it. */
const deadAfter = 60 * 60 * 1000

export function sweepUnfinished(path: string): void {
  try {
    if (lstatSync(path).mtimeMs < Date.now() - deadAfter) unlinkSync(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error
  }
}
