/** Whether a process of this machine is alive. */
import { isSystemError } from './error.ts'

/** A process of another user counts, too. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isSystemError(error, 'EPERM')
  }
}
