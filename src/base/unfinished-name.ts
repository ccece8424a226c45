/** Names of files that are being made in a user's folder: no part of the data. */
import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

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

/** The process that makes the file, where it is one of this machine. */
export function makerOf(name: string): number | undefined {
  const [, process, where] = form.exec(name) ?? []
  return where === machine ? Number(process) : undefined
}
