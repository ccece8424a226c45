/** Lists of files as text, in DVC's columns. */
import { formatColumnBytes } from '../base/quantities.ts'
import type { ListedEntry, ListedTree } from './list.ts'

export interface Columns {
  readonly size?: boolean
  readonly showHash?: boolean
}

export const renderList = (entries: readonly ListedEntry[], columns: Columns): string =>
  table(
    entries.map(entry => rowOf(entry, entry.path, columns)),
    columns,
  )

export function renderTree(top: ListedTree, columns: Columns): string {
  const rows: (readonly string[])[] = [rowOf(top, top.path, columns)]
  const draw = (entries: readonly ListedTree[], indent: string): void => {
    for (const [at, entry] of entries.entries()) {
      const isLast = at === entries.length - 1
      rows.push(rowOf(entry, `${indent}${isLast ? '└── ' : '├── '}${entry.path}`, columns))
      draw(entry.contents, `${indent}${isLast ? '    ' : '│   '}`)
    }
  }
  draw(top.contents, '')
  return table(rows, columns)
}

function rowOf({ size, isdir, md5 }: ListedEntry, name: string, { size: withSize, showHash }: Columns): readonly string[] {
  return [
    ...(withSize ? [size === null || (isdir && size <= 0) ? '' : formatColumnBytes(size)] : []),
    ...(showHash ? [md5 ?? '-'] : []),
    name,
  ]
}

/** Sizes to the right, all else to the left, two blanks between. */
export function table(rows: readonly (readonly string[])[], { size }: Columns): string {
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : at === 0 && size ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
  return rows.map(row => `${line(row).trimEnd()}\n`).join('')
}
