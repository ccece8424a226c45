/** The programs that dv must live with: where they are on this machine, found or installed by install-peers.mjs. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type PeerName = 'git' | 'dvc' | 's5cmd' | 'minio'

/** Absolute path of each program, null where it cannot be had. With CI=true a missing one has thrown already. */
export const peers: Readonly<Record<PeerName, string | null>> = findPeers()

/** @throws Error when the peer is missing: call it after describeWith, or after looking at `peers` */
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
