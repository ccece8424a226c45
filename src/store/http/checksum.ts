/** What DVC writes as the `checksum` of a file on a web server. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { posix } from 'node:path'

/** What a server says of a file. */
export interface FileHead {
  /** as the user wrote it */
  readonly asked: URL
  /** behind all redirections */
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  /** bytes */
  readonly size: number | undefined
}

/**
 * ETag, else Content-MD5, as sent. Where a server sends neither, a number made of all else that it says: the md5 of a Python text,
 * so that `dvc` sees no change (dvc_data/hashfile/meta.py; fsspec, implementations/http.py `_file_info` and spec.py `checksum`).
 */
export function checksumOf({ asked, url, headers, size }: FileHead): string {
  const said = headers.etag || headers['content-md5']
  if (said) return String(said)
  const entries: (readonly [string, string])[] = [
    ['name', pythonText(normalUrl(asked))],
    ['size', size === undefined ? 'None' : String(size)],
  ]
  const type = headers['content-type']
  if (type !== undefined) entries.push(['mimetype', pythonText(type.split(';')[0] ?? '')])
  if (headers['accept-ranges'] === 'none') entries.push(['partial', 'False'])
  entries.push(['url', pythonText(url.href)])
  for (const name of ['Digest', 'Last-Modified']) {
    const value = headers[name.toLowerCase()]
    if (value) entries.push([name, pythonText(String(value))])
  }
  entries.push(['type', "'file'"])
  const text = `({${entries.map(([key, value]) => `'${key}': ${value}`).join(', ')}},)`
  return BigInt(`0x${createHash('md5').update(text).digest('hex')}`).toString()
}

/** DVC tidies the path of a url, and takes a slash off its end. */
function normalUrl({ href, origin, pathname }: URL): string {
  const path = posix.normalize(pathname)
  const tidy = path.length > 1 ? path.replace(/\/$/, '') : path
  return origin + tidy + href.slice(origin.length + pathname.length)
}

/** `repr` of text without control characters, which no url and no header holds. */
const pythonText = (text: string): string => {
  const inner = text.replaceAll('\\', '\\\\')
  return inner.includes("'") && !inner.includes('"') ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`
}
