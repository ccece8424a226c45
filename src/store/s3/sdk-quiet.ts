/** The AWS SDK warns, once a process, about versions of Node that it will drop. A user of dv can do nothing with that. */
import { state } from '@aws-sdk/core/client'

/**
 * Tells the SDK that its warning is out already: `state` is what its own check reads and sets (emitWarningIfUnsupportedVersion in
 * @aws-sdk/core/client). The documented switch is a variable of the process's environment, which is for the front end alone to change.
 */
export function quietSdk(): void {
  state.warningEmitted = true
}

/** Without one the SDK talks to the console, for example when it finds both a profile and keys. */
export const silentLogger = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
