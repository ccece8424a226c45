/** Which line of the ignore files decides about a path: what people are told. Walks only ask whether. */
import ignore from 'ignore'
import type { IgnorePattern } from './ignore-patterns.ts'

/**
 * Of `patterns`, which hold in the path's folder, the one that leaves it out or, with `!`, lets it in; a folder's path ends in `/`. The last
 * that matches decides; of those in one row with it that are of its kind, DVC names the first (dvc/ignore.py, `_find_matching_pattern`).
 */
export function decidingPattern(patterns: readonly IgnorePattern[], path: string): IgnorePattern | undefined {
  const last = patterns.findLastIndex(pattern => matches(pattern, path))
  const decided = patterns[last]
  if (decided === undefined || isNegative(decided)) return decided
  let first = last
  while (first > 0 && isOfKind(patterns[first - 1], decided)) first--
  return patterns.slice(first, last).find(pattern => matches(pattern, path)) ?? decided
}

export const isNegative = ({ pattern }: IgnorePattern): boolean => pattern.startsWith('!')

const isOfKind = (other: IgnorePattern | undefined, { pattern }: IgnorePattern): boolean =>
  other !== undefined && !isNegative(other) && other.pattern.endsWith('/') === pattern.endsWith('/')

/** The path itself, not by a folder above it. */
function matches(pattern: IgnorePattern, path: string): boolean {
  const rules = ignore({ ignorecase: false }).add(pattern.fromRoot.replace(/^!/, ''))
  const above = path.slice(0, path.slice(0, -1).lastIndexOf('/') + 1)
  return rules.test(path).ignored && (above === '' || !rules.test(above).ignored)
}
