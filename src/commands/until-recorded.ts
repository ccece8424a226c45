/** Data is hashed, and lists are fetched, without the lock, so another process may write the pointer meanwhile. */
import { DvError } from '../base/error.ts'

/** Rewritten under our hands so often, a pointer has somebody who does nothing else. */
const mostAttempts = 20

/**
 * Does it all again on what the other one wrote, as long as `attempt` resolves with undefined.
 * @throws DvError 'file-changed' when it never ends
 */
export async function untilRecorded<T>(pointers: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let count = 0; count < mostAttempts; count++) {
    const recorded = await attempt()
    if (recorded !== undefined) return recorded
  }
  throw new DvError('file-changed', `${pointers} is rewritten by another process again and again`, {
    hint: 'the same command, when the other has ended',
  })
}
