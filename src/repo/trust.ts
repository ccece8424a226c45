/** Settings of a committed file that could run a program or give a secret away count only after the user has said so. */
import type { Context } from '../base/context.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { Config } from './config.ts'

/** @throws DvError 'untrusted' whose hint is the line to type. Returns the options that may be used. */
export function trustedOptions(remote: RemoteConfig, config: Config, at: { readonly root: string; readonly context: Context }): Readonly<Record<string, string>> {
  throw new Error(`to be built: ${remote.name} ${config} ${at.root}`)
}

/** Remembers, in the user's own folder, that `key` may have `value` in the repository at `root`. */
export function recordTrust(trust: { readonly root: string; readonly key: string; readonly value: string }, context: Context): void {
  throw new Error(`to be built: ${trust.key} ${context.cwd}`)
}
