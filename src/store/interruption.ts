/** What an abort is called, where an error must be made and not thrown. */
import { throwIfAborted } from '../base/pool.ts'

/** The error that the pool throws for an aborted signal. */
export function interruption(): unknown {
  try {
    throwIfAborted(AbortSignal.abort())
  } catch (error) {
    return error // that is its purpose
  }
  return undefined
}
