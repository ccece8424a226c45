/** What can be told about another process of this machine. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isSystemError } from '../base/error.ts'

/** A process of another user counts, too. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isSystemError(error, 'EPERM')
  }
}

/** The command line, for people; undefined when it is not to be had. */
export function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined
  } catch {
    // No /proc on this system, or the process has just ended: ps tells.
    const run = spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
    return run.stdout?.trim() || undefined
  }
}
