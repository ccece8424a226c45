/** How long what nobody names any more is kept all the same. */
import type { Context } from '../base/context.ts'
import { allowedSetting } from '../repo/dv-settings.ts'

export interface GraceTimes {
  /** ms in the trash of the cache */
  readonly trash: number
  /** ms since it came to a remote */
  readonly remote: number
}

const hour = 60 * 60 * 1000

export const defaultGrace: GraceTimes = {
  trash: 7 * 24 * hour, // over a weekend one notices that something is missing
  remote: 24 * hour, // a colleague's push may take a night before its pointers are committed and pushed
}

export const noGrace: GraceTimes = { trash: 0, remote: 0 }

/** By `.dvc/dv.yaml`; a shorter time than ours only where the user trusts it. @throws DvError 'bad-config' */
export function graceIn(root: string, context: Context): GraceTimes {
  const timeOf = (key: 'gc.trash' | 'gc.remote', own: number): number =>
    allowedSetting({ root, key, harmless: value => value >= own }, context)?.value ?? own
  return { trash: timeOf('gc.trash', defaultGrace.trash), remote: timeOf('gc.remote', defaultGrace.remote) }
}
