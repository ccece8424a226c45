import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../lab.ts'

export interface Measured {
  /** s */
  readonly wall: number
  /** s, user and system, of the process and its descendants */
  readonly cpu: number
  /** bytes, of the largest process */
  readonly peak: number
}

const script = fileURLToPath(new URL('measure.py', import.meta.url))

/** Runs a line of shell in `at` and measures it. @throws Error when it fails: a failed step has no time */
export async function measure(lab: Lab, line: string, at: string): Promise<Measured> {
  const report = lab.path('measured.json')
  // what earlier steps wrote must not be on its way to the disk while this one is measured
  await lab.run('sync', [])
  const ran = await lab.run('python3', ['-I', '-S', script, report, 'sh', '-c', line], { at, timeout: 3_600_000 })
  const measured = JSON.parse(readFileSync(report, 'utf8')) as { exit: number; wall: number; cpu: number; peak: number }
  if (measured.exit !== 0) throw new Error(`\`${line}\` exited with ${measured.exit}\n${ran.stderr}`)
  return { wall: measured.wall, cpu: measured.cpu, peak: measured.peak * 1024 }
}
