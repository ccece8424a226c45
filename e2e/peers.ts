/** The programs that dv must live with: where they are on this machine, found or installed by install-peers.mjs. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe } from '@jest/globals'

export type PeerName = 'git' | 'dvc' | 's5cmd' | 'minio'

/** Absolute path of each program, null where it cannot be had. With CI=true a missing one has thrown already. */
export const peers: Readonly<Record<PeerName, string | null>> = findPeers()

/** `describe` where all of `names` are there; otherwise a skipped one that says which are missing. */
export function describeWith(names: readonly PeerName[], title: string, body: () => void): void {
  const missing = names.filter(name => peers[name] === null)
  if (missing.length === 0) describe(title, body)
  else describe.skip(`${title} (no ${missing.join(', ')} on this machine)`, body)
}

/** @throws Error when the peer is missing: call it inside describeWith only */
export function peer(name: PeerName): string {
  const path = peers[name]
  if (path === null) throw new Error(`no ${name} on this machine`)
  return path
}

function findPeers(): Record<PeerName, string | null> {
  const script = fileURLToPath(new URL('install-peers.mjs', import.meta.url))
  const answer = execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(answer) as Record<PeerName, string | null>
}
