/** Shell patterns for `--glob`, as Python's `glob` reads them. */

export const isGlob = (text: string): boolean => /[*?[]/.test(text)

/** `*` and `?` stay within one part and do not match its leading dot, `**` is any number of parts, `[a-z]` and `[!a]` are sets. */
export function globPattern(glob: string): RegExp {
  const parts = glob.split('/')
  const source = parts.map((part, at) => {
    const last = at === parts.length - 1
    if (part === '**') return last ? '(?:(?!\\.)[^/]+(?:/(?!\\.)[^/]+)*)?' : '(?:(?!\\.)[^/]+/)*'
    return partPattern(part) + (last ? '' : '/')
  })
  return new RegExp(`^${source.join('')}$`, 's')
}

function partPattern(part: string): string {
  const body = part.replace(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g, (text, negated?: string, set?: string) => {
    if (set !== undefined) return `[${negated ? '^/' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`
    if (text === '*') return '[^/]*'
    if (text === '?') return '[^/]'
    return text.replace(/[\\^$.+()|{}[\]]/, '\\$&')
  })
  return /^[*?[]/.test(part) ? `(?!\\.)${body}` : body
}
