/** What is on a WebDAV server, folder by folder. */
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { pool } from '../../base/pool.ts'
import { idFromObjectPath, objectPath } from '../../format/object-path.ts'
import type { HttpClient } from '../http/client.ts'
import { urlBelow } from '../http/object-url.ts'
import { exists } from '../http/which-exist.ts'
import type { ListedObject } from '../object-store.ts'
import { type DavEntry, parseMultistatus } from './multistatus.ts'

export interface DavShelf {
  readonly client: HttpClient
  readonly base: URL
  readonly hash: HashKind
  /** requests at a time */
  readonly concurrency: number
}

const wanted =
  '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>'

/** Files and folders in `folder`, names decoded; none where there is no such folder. */
async function entriesOf(
  { client, base }: DavShelf,
  folder: string,
  signal: AbortSignal,
): Promise<(DavEntry & { readonly name: string })[]> {
  const url = urlBelow(base, folder)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/`
  const headers = { depth: '1', 'content-type': 'application/xml; charset=utf-8', 'content-length': String(wanted.length) }
  const { status, text } = await client.call(
    { verb: 'list', method: 'PROPFIND', url, headers, body: Buffer.from(wanted), answers: [404, 410] },
    signal,
  )
  if (status >= 400) return []
  const own = decodeURIComponent(url.pathname)
  return parseMultistatus(text, url)
    .filter(entry => entry.path.startsWith(own) && !entry.path.slice(own.length).includes('/'))
    .map(entry => ({ ...entry, name: entry.path.slice(own.length) }))
}

/** One page for each folder of two digits: about 1/256 of all objects. */
export async function* inventoryOf(shelf: DavShelf, signal: AbortSignal): AsyncGenerator<readonly ListedObject[]> {
  for (const { name, isFolder } of await entriesOf(shelf, topOf[shelf.hash].replace(/\/$/, ''), signal)) {
    if (!isFolder || !/^[0-9a-f]{2}$/.test(name)) continue
    const page = await objectsIn(shelf, name, signal)
    if (page.length > 0) yield page
  }
}

async function objectsIn(shelf: DavShelf, digits: string, signal: AbortSignal): Promise<ListedObject[]> {
  const folder = `${topOf[shelf.hash]}${digits}`
  return (await entriesOf(shelf, folder, signal)).flatMap(({ name, isFolder, size, time }) => {
    const id = isFolder ? undefined : idFromObjectPath(`${folder}/${name}`, shelf.hash)
    return id === undefined ? [] : [{ id, size, time }]
  })
}

/** Up to so many ids of one folder are asked for one by one; a listing of their folder costs a server more than a few HEADs. */
const headsPerListing = 4

/** Which of `ids` are there: by HEAD, or by a listing of the folders of those of which many are asked for. */
export async function whichAreThere(shelf: DavShelf, ids: readonly ObjectId[], signal: AbortSignal): Promise<Set<ObjectId>> {
  const found = new Set<ObjectId>()
  const byFolder = groupByFolder(ids)
  await pool(byFolder.entries(), { limit: shelf.concurrency, signal }, async ([digits, group]) => {
    if (group.size > headsPerListing) {
      for (const { id } of await objectsIn(shelf, digits, signal)) if (group.has(id)) found.add(id)
      return
    }
    for (const id of group) if (await exists(shelf.client, urlBelow(shelf.base, objectPath(id, shelf.hash)), signal)) found.add(id)
  })
  return found
}

function groupByFolder(ids: readonly ObjectId[]): Map<string, Set<ObjectId>> {
  const groups = new Map<string, Set<ObjectId>>()
  for (const id of ids) {
    const digits = id.slice(0, 2)
    const group = groups.get(digits)
    if (group === undefined) groups.set(digits, new Set([id]))
    else group.add(id)
  }
  return groups
}

const topOf: Readonly<Record<HashKind, string>> = { md5: 'files/md5/', 'md5-dos2unix': '' }
