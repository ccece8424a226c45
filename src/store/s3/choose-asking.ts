/** How to find out which of many objects are there: the cheapest way by counted cost. Pure. */

export type Asking =
  /** each id by its own HEAD */
  | 'each'
  /** listings side by side, one for each first digit (1) or first two digits (2) of an id */
  | { readonly digits: 1 | 2 }

export interface Question {
  /** ids asked for */
  readonly asked: number
  /** objects in the store, estimated */
  readonly total: number
  readonly concurrency: number
}

/** S3's most. */
export const keysPerPage = 1_000

/** A page of 1,000 keys takes about as long as so many HEADs side by side (AWS: 100–200 ms against 20–40), and costs twelve times as much. */
const headsPerPage = 5

/** Above this many objects 16 listings would each be longer than one of 256 is wide. */
const manyObjects = 256 * keysPerPage

export function chooseAsking({ asked, total, concurrency }: Question): Asking {
  const digits = total > manyObjects ? 2 : 1
  const listings = 16 ** digits
  // Listings of one prefix follow one another page by page, so fewer than `concurrency` of them leave connections idle.
  const pages = total / keysPerPage + listings / 2
  const pagesInTurn = pages / Math.min(concurrency, listings)
  const headsInTurn = asked / concurrency
  return headsInTurn <= pagesInTurn * headsPerPage ? 'each' : { digits }
}

/**
 * How many objects there are, from the first page of a sorted listing: ids are md5, so they spread evenly, and a page of 1,000 that
 * ends at 1/50 of their range tells of 50,000, give or take 3 %. DVC lists one prefix of 3 digits for this, one request more.
 */
export function estimateTotal(firstPage: readonly string[]): number {
  const last = firstPage.at(-1)
  if (last === undefined) return 0
  const reached = (Number.parseInt(last.slice(0, 8), 16) + 1) / 2 ** 32
  return Math.ceil(firstPage.length / reached)
}
