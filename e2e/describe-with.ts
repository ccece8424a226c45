import { describe } from '@jest/globals'
import { type PeerName, peers } from './peers.ts'

/** `describe` where all of `names` are there; otherwise a skipped one that says which are missing. */
export function describeWith(names: readonly PeerName[], title: string, body: () => void): void {
  const missing = names.filter(name => peers[name] === null)
  if (missing.length === 0) describe(title, body)
  else describe.skip(`${title} (no ${missing.join(', ')} on this machine)`, body)
}
