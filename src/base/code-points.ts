/** Order of text as Python and DVC have it. */

/**
 * Compares by Unicode code point. JavaScript compares UTF-16 units, which puts astral characters (surrogates, 0xD800–0xDFFF)
 * before U+E000–U+FFFF; Python's `sorted` does not, and the md5 of a tree depends on the order.
 */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Moves surrogates above every other unit, which is where the code points they encode are. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
