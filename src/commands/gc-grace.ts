/** How long what nobody names any more is kept all the same. */

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
