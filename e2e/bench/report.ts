import type { Measured } from './measure.ts'

/** Step → tool → what its runs took. */
export type Results = Map<string, Map<string, Measured[]>>

export function addResult(results: Results, step: string, tool: string, measured: Measured): void {
  const tools = results.get(step) ?? new Map<string, Measured[]>()
  results.set(step, tools.set(tool, [...(tools.get(tool) ?? []), measured]))
}

/** A Markdown table: medians, in brackets the least and the most; ratios are to dv's median (2.0 = twice as long as dv). */
export function table(results: Results): string {
  const rows = ['| step | tool | wall s (min–max) | ÷ dv | CPU s | ÷ dv | peak MB |', '| --- | --- | --: | --: | --: | --: | --: |']
  for (const [step, tools] of results) {
    const dv = tools.get('dv')
    for (const [tool, runs] of tools) {
      const walls = runs.map(run => run.wall)
      const range = `${seconds(median(walls))} (${seconds(Math.min(...walls))}–${seconds(Math.max(...walls))})`
      const cpu = median(runs.map(run => run.cpu))
      const peak = Math.round(median(runs.map(run => run.peak)) / 1e6)
      const wallRatio = ratio(
        median(walls),
        dv?.map(run => run.wall),
      )
      rows.push(
        `| ${step} | ${tool} | ${range} | ${wallRatio} | ${seconds(cpu)} | ${ratio(
          cpu,
          dv?.map(run => run.cpu),
        )} | ${peak} |`,
      )
    }
  }
  return rows.join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const seconds = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(2))
const ratio = (value: number, ours: readonly number[] | undefined): string => (ours === undefined ? '' : (value / median(ours)).toFixed(1))
