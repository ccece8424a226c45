/** Finds what two sorted lists of paths have in common. */
import { compareCodePoints } from '../base/code-points.ts'

/** Calls back with the rows of each path that stands in both, in one pass. */
export function eachCommonRow(a: readonly string[], b: readonly string[], found: (rowA: number, rowB: number) => void): void {
  let rowA = 0
  let rowB = 0
  while (rowA < a.length && rowB < b.length) {
    const order = compareCodePoints(a[rowA] ?? '', b[rowB] ?? '')
    if (order === 0) found(rowA, rowB)
    if (order <= 0) rowA++
    if (order >= 0) rowB++
  }
}
