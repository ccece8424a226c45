/** Asks the person at the terminal. */
import type { Screen } from './screen.ts'

/** One line as it was typed; undefined when the terminal was closed. */
export type ReadLine = (prompt: string) => Promise<string | undefined>

/** Until the answer is one: DVC's words (dvc/prompt.py), and like there a closed terminal is a no. */
export async function askYesOrNo(
  question: string,
  { read, screen }: { readonly read: ReadLine; readonly screen: Screen },
): Promise<boolean> {
  for (;;) {
    const answer = (await read(`${question} [y/n] `))?.trim().toLowerCase()
    if (answer === undefined || answer === 'n' || answer === 'no') return false
    if (answer === 'y' || answer === 'yes') return true
    screen.tell('Please answer y or n.\n')
  }
}
