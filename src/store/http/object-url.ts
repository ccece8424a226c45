/** Where objects lie below the url of a web server. */
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { objectPath } from '../../format/object-path.ts'

/** `path`: decoded, with slashes, '' for the base itself. A query stays behind the path: it may be what opens the door. */
export function urlBelow(base: URL, path: string): URL {
  const url = new URL(base)
  const folder = url.pathname.replace(/\/+$/, '')
  url.pathname = path === '' ? folder || '/' : `${folder}/${path.split('/').map(encodeURIComponent).join('/')}`
  return url
}

export const objectUrl = (base: URL, id: ObjectId, hash: HashKind): URL => urlBelow(base, objectPath(id, hash))
