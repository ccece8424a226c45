/** How many columns a text takes on a terminal. */

/** Wide: East Asian letters and emoji. Marks stand over the letter before them (Unicode, East Asian Width and general category M). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const mark = /\p{M}/u

export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const letter of text) columns += mark.test(letter) ? 0 : wide.test(letter) ? 2 : 1
  return columns
}
