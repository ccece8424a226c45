/** Errors as a person reads them, and as a script does. */
import { DvError, errorCodes } from '../base/error.ts'
import { harmless } from './screen.ts'

/** anything that is not expected: a bug */
const bugStatus = 255

export function exitStatusOf(error: unknown): number {
  const failure = expected(error)
  if (!failure) return bugStatus
  return 'exitStatus' in failure && typeof failure.exitStatus === 'number' ? failure.exitStatus : errorCodes[failure.code].exit
}

export function renderFailure(error: unknown, { color, verbose }: { readonly color: boolean; readonly verbose: boolean }): string {
  const label = color ? '\u001b[31mERROR:\u001b[39m' : 'ERROR:'
  const failure = expected(error)
  if (!failure)
    return `${label} this is a bug in dv, please report it:\n${cleaned(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`
  const hint = failure.hint === undefined ? '' : `\n\nhint: ${cleaned(failure.hint)}`
  const trace = verbose ? `\n\n${cleaned(traceOf(failure))}` : ''
  return `${label} ${cleaned(failure.message)}${hint}${trace}\n`
}

export const renderWarning = ({ message, hint }: { readonly message: string; readonly hint?: string }, color: boolean): string =>
  `${color ? '\u001b[33mWARNING:\u001b[39m' : 'WARNING:'} ${cleaned(message)}\n${hint === undefined ? '' : `hint: ${cleaned(hint)}\n`}`

/** A system error that reached this place unexplained still is no bug of dv when the disk is full or the file not ours. */
function expected(error: unknown): DvError | undefined {
  if (error instanceof DvError) return error
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const at = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : ''
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new DvError('disk-full', `there is no room left to write${at}`, { cause: error })
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')
    return new DvError('access-denied', `this may not be read or written:${at}`, { cause: error })
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    return new DvError('store-unavailable', 'too many files are open at a time', { cause: error, hint: 'ulimit -n 4096' })
  return undefined
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${traceOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}

/** Fit for a terminal. Passwords and tokens in URLs go once more here, whatever a store's label did. */
export const cleaned = (text: string): string =>
  harmless(text.replace(/(\w+:\/\/)[^/\s:@]*:[^/\s]*@|(https?:\/\/)[^/\s@]+@/gi, (_, any?: string, web?: string) => `${any ?? web}***@`))
