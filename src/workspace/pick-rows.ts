/** Some rows of many, to be worked on by themselves and put back. */
import { type FileRows, idBytes, newFileRows } from './file-rows.ts'
import { copyStamp } from './stamp-rows.ts'

/** The rows listed in `at`, as rows of their own. */
export function pickRows(rows: FileRows, at: readonly number[]): FileRows {
  const picked = newFileRows(at.map(row => rows.paths[row] ?? ''))
  at.forEach((row, to) => {
    copyStamp({ rows: rows.stamps, row }, { rows: picked.stamps, row: to })
    picked.ids.set(rows.ids.subarray(row * idBytes, (row + 1) * idBytes), to * idBytes)
  })
  return picked
}

/** Takes ids and stamps back to where `pickRows` took them from. */
export function putRows(picked: FileRows, { rows, at }: { readonly rows: FileRows; readonly at: readonly number[] }): void {
  at.forEach((row, from) => {
    copyStamp({ rows: picked.stamps, row: from }, { rows: rows.stamps, row })
    rows.ids.set(picked.ids.subarray(from * idBytes, (from + 1) * idBytes), row * idBytes)
  })
}
