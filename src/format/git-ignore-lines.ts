/** The lines that keep tracked data out of git: `/name` in the `.gitignore` of its folder. */

/**
 * The text with a line for `name`, a file or folder beside the `.gitignore`. Unchanged when the line is there. A last line that is
 * not ended is ended first.
 */
export function addIgnoreLine(text: string, name: string): string {
  const line = ignoreLine(name)
  if (text.split('\n').some(other => sameLine(other, line))) return text
  const newLine = /\r\n$|\r\n[^\n]*$/.test(text) ? '\r\n' : '\n'
  return `${text}${text === '' || text.endsWith('\n') ? '' : newLine}${line}${newLine}`
}

/** The text without the lines for `name`; an empty text means that the file can go. */
export function removeIgnoreLine(text: string, name: string): string {
  const line = ignoreLine(name)
  return text
    .split(/(?<=\n)/)
    .filter(other => !sameLine(other, line))
    .join('')
}

/** dvc/scm_context and scmrepo escape these anywhere in the name; git needs some of them at the start only. */
const special = /[#!*?[\]\\]/g

/**
 * DVC leaves a space at the end bare, which git then drops, so that it ignores another name: here it is escaped. A line break cannot
 * be written at all; `?` stands for it, which git reads as any one character.
 */
function ignoreLine(name: string): string {
  const escaped = name.replace(special, '\\$&').replace(/[\n\r]/g, '?')
  return `/${escaped.endsWith(' ') ? `${escaped.slice(0, -1)}\\ ` : escaped}`
}

/** DVC compares trimmed lines. White space that is escaped is part of the name. */
const sameLine = (other: string, line: string): boolean => other.trim() === line.trim()
