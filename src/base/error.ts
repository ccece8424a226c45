/** The one class of expected failures, and the table of their codes. */
import { isNativeError } from 'node:util/types'

/** `exit` is DVC's exit status for the same failure (dvc/cli/__init__.py), since scripts came with the repository. `retry`: may help when asked again. */
export const errorCodes = {
  usage: { exit: 254, retry: false },
  'not-a-repo': { exit: 253, retry: false },
  interrupted: { exit: 252, retry: false },
  'bad-config': { exit: 251, retry: false },
  'no-remote': { exit: 1, retry: false },
  untrusted: { exit: 251, retry: false },
  'bad-pointer': { exit: 1, retry: false },
  'bad-target': { exit: 1, retry: false },
  'tracked-by-git': { exit: 1, retry: false },
  'init-failed': { exit: 1, retry: false },
  'object-missing': { exit: 1, retry: false },
  'object-corrupt': { exit: 1, retry: true },
  'access-denied': { exit: 1, retry: false },
  'store-unavailable': { exit: 1, retry: true },
  'store-refused': { exit: 1, retry: false },
  locked: { exit: 1, retry: false },
  'disk-full': { exit: 1, retry: false },
  'git-failed': { exit: 1, retry: false },
  'transfer-failed': { exit: 1, retry: false },
  'file-changed': { exit: 1, retry: false },
  /** options that do not go together, or one that is needed and was not given */
  'bad-options': { exit: 255, retry: false },
  'not-confirmed': { exit: 1, retry: false },
  'unsupported-file': { exit: 255, retry: false },
  'unknown-target': { exit: 255, retry: false },
  'checkout-failed': { exit: 255, retry: false },
  'unsaved-files': { exit: 255, retry: false },
} as const satisfies Record<string, { exit: number; retry: boolean }>

export type ErrorCode = keyof typeof errorCodes

/**
 * An expected failure. The message says what could not be done, to what, and why, without a full stop and without secrets;
 * the hint, made where the cure is known, is a line to type or do. Anything thrown that is not a DvError is a bug of dv.
 */
export class DvError extends Error {
  override readonly name = 'DvError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

export const isRetriable = (error: unknown): boolean => error instanceof DvError && errorCodes[error.code].retry

/**
 * Whether `error` is a Node system error with one of the codes, for example `ENOENT`. By native type, not `instanceof`: under jest the errors
 * of Node's own modules come from another realm.
 */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return isNativeError(error) && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
