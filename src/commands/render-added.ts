/** What became of one target of add or commit, as a line. */
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { Added } from './add.ts'

export function renderAddedLine({ name, pointer, state, size, fileCount }: Added): string {
  if (state === 'planned') return `${name}: to be tracked by ${pointer}\n`
  const files = fileCount === undefined ? [] : [formatCount(fileCount, 'file')]
  const bytes = size === undefined ? [] : [formatBytes(size)]
  return `${name}: ${[...files, ...bytes, state].join(', ')}\n`
}
