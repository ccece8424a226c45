/** What can be told about another process of this machine. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Characters of a command line that are shown. */
const shownLength = 100

/** The command line, for people, on one line; undefined when it is not to be had. */
export function commandOf(pid: number): string | undefined {
  const line = commandLine(pid)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line || undefined
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // No /proc on this system, or the process has just ended: ps tells.
    return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout ?? ''
  }
}
