/** The lines of an ignore file, rewritten so that they can be matched from the repository's root. */

export interface IgnorePattern {
  /** the file it stands in */
  readonly file: string
  /** from 1 */
  readonly line: number
  /** as it stands there */
  readonly pattern: string
  /** the same for paths relative to the root */
  readonly fromRoot: string
}

export interface IgnoreText {
  /** to show to people */
  readonly file: string
  /** the folder the patterns start from, relative to the root; '' is the root */
  readonly folder: string
  /** white space around a line does not count */
  readonly strips: boolean
}

export function readIgnoreText(text: string, { file, folder, strips }: IgnoreText): IgnorePattern[] {
  const patterns: IgnorePattern[] = []
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  lines.forEach((raw, index) => {
    const pattern = strips ? raw.trim() : raw
    if (pattern.trim() === '' || pattern.startsWith('#')) return
    patterns.push({ file, line: index + 1, pattern, fromRoot: rebase(pattern, folder) })
  })
  return patterns
}

/** gitignore's rule: a slash before the last character ties a pattern to its folder, without one it matches at any depth below. */
function rebase(pattern: string, folder: string): string {
  if (folder === '') return pattern
  const isNegative = pattern.startsWith('!')
  const body = isNegative ? pattern.slice(1) : pattern
  const isTied = body.slice(0, -1).includes('/')
  const fromFolder = isTied ? body.replace(/^\//, '') : `**/${body}`
  return `${isNegative ? '!' : ''}/${escaped(folder)}/${fromFolder}`
}

const escaped = (folder: string): string => folder.replace(/[\\*?[\]]/g, '\\$&')
