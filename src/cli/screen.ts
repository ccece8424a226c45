/** Where text goes: results to stdout, everything else to stderr. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Screen {
  /** results */
  show(text: string): void
  /** errors, warnings */
  tell(text: string): void
  /** a line that the next text replaces; '' takes it away */
  draw(line: string): void
  readonly color: boolean
  readonly columns: number
}

export function openScreen({
  stdout,
  stderr,
  env,
}: {
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly env: Readonly<Record<string, string | undefined>>
}): Screen {
  let drawn = false
  const erase = (): void => {
    if (drawn) stderr.write('\r\u001b[K')
    drawn = false
  }
  return {
    show: text => {
      erase()
      if (text !== '') stdout.write(harmless(text))
    },
    tell: text => {
      erase()
      if (text !== '') stderr.write(text)
    },
    draw: line => {
      erase()
      if (line === '') return
      stderr.write(harmless(line))
      drawn = true
    },
    color: stderr.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    columns: stderr.columns || 80,
  }
}

/**
 * Names of files and remotes come from strangers: control characters could move the cursor or rewrite what was shown, and marks of
 * direction could show a name backwards. They are shown as `\u001b`. Newlines and tabs of our own text stay.
 */
export const harmless = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
