/** The AWS SDK warns, once a process, about versions of Node that it will drop. A user of dv can do nothing with that. */

/**
 * Tells the SDK that its warning is out already: `state` is what its own check reads and sets (emitWarningIfUnsupportedVersion in
 * @aws-sdk/core/client). The documented switch is a variable of the process's environment, which is for the front end alone to change.
 */
export async function quietSdk(): Promise<void> {
  const { state } = await import('@aws-sdk/core/client')
  state.warningEmitted = true
}
