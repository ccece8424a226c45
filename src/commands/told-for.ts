/** A list of files knows its id only; a person knows the data by its name. */
import { DvError } from '../base/error.ts'

/** Puts `name` in front of what is wrong with a list. @throws what `read` does */
export function toldFor<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DvError) || error.code !== 'bad-pointer') throw error
    throw new DvError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error })
  }
}
