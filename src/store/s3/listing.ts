/** Listings of objects, and what can be learnt from them. */
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { pool } from '../../base/pool.ts'
import { idFromObjectPath } from '../../format/object-path.ts'
import type { ListedObject } from '../object-store.ts'
import { chooseAsking, estimateTotal } from './choose-asking.ts'
import type { KeyFacts, ListPage } from './xml.ts'

/** Where the objects are, and how to ask for a page of keys. */
export interface Shelf {
  /** of all keys, '' or with a slash at its end */
  readonly prefix: string
  readonly hash: HashKind
  /** requests at a time */
  readonly concurrency: number
  page(prefix: string, token: string | undefined, signal: AbortSignal): Promise<ListPage>
  exists(id: ObjectId, signal: AbortSignal): Promise<boolean>
}

interface IdPage {
  readonly ids: readonly ObjectId[]
  readonly objects: () => readonly ListedObject[]
  /** undefined: this is the last */
  readonly next: string | undefined
}

/** Up to so many ids are asked for one by one at once: one round, where a listing of a full bucket would be the first of many. */
const fewIds = 16

/** Which of `ids` are in the store. */
export async function whichAreThere(shelf: Shelf, ids: readonly ObjectId[], signal: AbortSignal): Promise<Set<ObjectId>> {
  const wanted = new Set(ids)
  const found = new Set<ObjectId>()
  const { concurrency } = shelf
  const askEach = () =>
    pool(wanted, { limit: concurrency, signal }, async id => {
      if (await shelf.exists(id, signal)) found.add(id)
    })
  const note = (page: IdPage): void => {
    for (const id of page.ids) if (wanted.has(id)) found.add(id)
  }
  if (wanted.size <= fewIds) {
    await askEach()
    return found
  }
  const first = await listPage(shelf, { start: '', token: undefined }, signal)
  if (first.next === undefined) {
    note(first)
    return found
  }
  const asking = chooseAsking({ asked: wanted.size, total: first.ids.length === 0 ? Infinity : estimateTotal(first.ids), concurrency })
  if (asking === 'each') {
    await askEach()
    return found
  }
  const starts = new Set(Array.from(wanted, id => id.slice(0, asking.digits)))
  await pool(starts, { limit: concurrency, signal }, async start => {
    for await (const page of listPages(shelf, start, signal)) note(page)
  })
  return found
}

/** @param start first digits of the ids, or '' for all */
export async function* listPages(shelf: Shelf, start: string, signal: AbortSignal): AsyncGenerator<IdPage> {
  let token: string | undefined
  do {
    const page = await listPage(shelf, { start, token }, signal)
    yield page
    token = page.next
  } while (token !== undefined)
}

async function listPage(
  shelf: Shelf,
  { start, token }: { start: string; token: string | undefined },
  signal: AbortSignal,
): Promise<IdPage> {
  return toIds(await shelf.page(`${shelf.prefix}${folderOf[shelf.hash]}${start}`, token, signal), shelf)
}

const folderOf: Readonly<Record<HashKind, string>> = { md5: 'files/md5/', 'md5-dos2unix': '' }

function toIds(page: ListPage, { prefix, hash }: Shelf): IdPage {
  const ids: ObjectId[] = []
  const rows: number[] = []
  let past = false
  for (const [row, key] of page.keys.entries()) {
    const path = key.slice(prefix.length)
    const id = idFromObjectPath(path, hash)
    if (id !== undefined) {
      ids.push(id)
      rows.push(row)
    }
    // DVC 2's objects lie beside `files/` and `runs/`, which sort behind every two hex digits and may be many.
    else if (hash === 'md5-dos2unix' && path > 'fg') past = true
  }
  const objects = (): readonly ListedObject[] => {
    const facts = page.facts()
    return ids.map((id, at) => ({ id, ...(facts[rows[at] as number] as KeyFacts) }))
  }
  return { ids, objects, next: past ? undefined : page.next }
}
