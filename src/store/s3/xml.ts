/** The little XML that S3 speaks, read by pattern: a page of 1,000 keys takes 0.2 ms so, and 15 ms in the SDK. */

/** The text of the first element of that name, or undefined. */
export function textOfTag(text: string, tag: string): string | undefined {
  const start = text.indexOf(`<${tag}>`)
  if (start < 0) return undefined
  const end = text.indexOf(`</${tag}>`, start)
  return end < 0 ? undefined : decodeEntities(text.slice(start + tag.length + 2, end))
}

export interface KeyFacts {
  /** bytes */
  readonly size: number
  /** ms since 1970 */
  readonly time: number
}

export interface ListPage {
  /** whole keys, decoded */
  readonly keys: readonly string[]
  /** What the page tells of each key, in the same order. Read when it is asked for: it takes twice as long as the keys. */
  readonly facts: () => readonly KeyFacts[]
  /** to ask for the next page with; undefined: this is the last */
  readonly next: string | undefined
}

/** A ListObjectsV2 reply. */
export function parseListPage(text: string): ListPage {
  const decode = text.includes('<EncodingType>url</EncodingType>') ? decodeUrl : decodeEntities
  const keys: string[] = []
  for (let at = text.indexOf('<Key>'); at >= 0; at = text.indexOf('<Key>', at)) {
    const end = text.indexOf('</Key>', at)
    if (end < 0) break
    keys.push(decode(text.slice(at + 5, end)))
    at = end
  }
  const more = text.includes('<IsTruncated>true</IsTruncated>')
  return { keys, facts: () => factsIn(text), next: more ? textOfTag(text, 'NextContinuationToken') : undefined }
}

function factsIn(text: string): KeyFacts[] {
  const facts: KeyFacts[] = []
  for (let at = text.indexOf('<Contents>'); at >= 0; at = text.indexOf('<Contents>', at + 1)) {
    const entry = text.slice(at, text.indexOf('</Contents>', at))
    facts.push({ size: Number(textOfTag(entry, 'Size')), time: Date.parse(textOfTag(entry, 'LastModified') ?? '') })
  }
  return facts
}

export interface VersionPage {
  readonly versions: readonly {
    /** whole, decoded */
    readonly key: string
    readonly versionId: string
    readonly etag: string
    /** bytes; 0 for a removal */
    readonly size: number
    /** ms since 1970 */
    readonly time: number
    readonly isLatest: boolean
    /** from then on the key was gone: S3's delete marker */
    readonly isRemoval: boolean
  }[]
  /** to ask for the next page with; undefined: this is the last */
  readonly next: { readonly key: string; readonly versionId: string | undefined } | undefined
}

/** A ListObjectVersions reply. */
export function parseVersionPage(text: string): VersionPage {
  const isEncoded = text.includes('<EncodingType>url</EncodingType>')
  const keyIn = (part: string, tag: string): string => (isEncoded ? decodeUrl : (key: string) => key)(textOfTag(part, tag) ?? '')
  const versions = Array.from(text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs), ([, kind, part = '']) => ({
    key: keyIn(part, 'Key'),
    versionId: textOfTag(part, 'VersionId') ?? 'null',
    etag: (textOfTag(part, 'ETag') ?? '').replaceAll('"', ''),
    size: Number(textOfTag(part, 'Size') ?? 0),
    time: Date.parse(textOfTag(part, 'LastModified') ?? ''),
    isLatest: textOfTag(part, 'IsLatest') === 'true',
    isRemoval: kind === 'DeleteMarker',
  }))
  const more = text.includes('<IsTruncated>true</IsTruncated>')
  return { versions, next: more ? { key: keyIn(text, 'NextKeyMarker'), versionId: textOfTag(text, 'NextVersionIdMarker') } : undefined }
}

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return entities[name ?? ''] ?? whole
    },
  )
}

export const encodeEntities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** S3 writes a space as `+` when it encodes keys for a URL. */
export const decodeUrl = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
