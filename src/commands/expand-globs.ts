/** Targets as patterns: `*`, `?`, `[…]`, and `**` for any depth, as Python's glob reads them. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareCodePoints } from '../base/code-points.ts'
import { DvError } from '../base/error.ts'

const isPattern = (text: string): boolean => /[*?[]/.test(text)

/** Paths relative to `folder`. @throws DvError 'bad-target' when a pattern matches nothing */
export function expandGlobs(folder: string, patterns: readonly string[]): readonly string[] {
  return patterns.flatMap(pattern => {
    if (!isPattern(pattern)) return [pattern]
    const found = expand(
      folder,
      '',
      pattern.split('/').filter(part => part !== '' && part !== '.'),
    )
    if (found.length === 0) throw new DvError('bad-target', `the pattern '${pattern}' matches nothing`)
    return [...new Set(found)].sort(compareCodePoints)
  })
}

function expand(folder: string, done: string, parts: readonly string[]): readonly string[] {
  const [part, ...rest] = parts
  if (part === undefined) return done === '' ? [] : [done]
  const entries = readFolder(join(folder, done))
  const below = (name: string): string => (done === '' ? name : `${done}/${name}`)
  if (part === '**') {
    const folders = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    return [...expand(folder, done, rest), ...folders.flatMap(entry => expand(folder, below(entry.name), parts))]
  }
  const matches = matcherOf(part)
  return entries.filter(entry => matches(entry.name)).flatMap(entry => expand(folder, below(entry.name), rest))
}

const readFolder = (path: string) => {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    // A file, or a folder that may not be read: nothing below it matches.
    return []
  }
}

/** A name that begins with a dot is matched only by a pattern that does. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[!?[^\]]+\]|[*?]|[^[*?]+|\[/g, part => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 2 && part.startsWith('[')) return `[${part.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  const form = new RegExp(`^${source}$`, 'su')
  return name => (pattern.startsWith('.') || !name.startsWith('.')) && form.test(name)
}
