/** A page of a listing with what S3 says of each key. */
import type { S3Client } from './client.ts'
import { bareEtag } from './upload-calls.ts'
import { decodeUrl, textOfTag } from './xml.ts'

export interface KeyEntry {
  readonly key: string
  /** bytes */
  readonly size: number
  /** without quotes */
  readonly etag: string
}

export interface EntryPage {
  readonly keys: readonly KeyEntry[]
  /** with `byFolder`: what goes on behind the next slash, with that slash */
  readonly folders: readonly string[]
  /** to ask for the next page with; undefined: this is the last */
  readonly next: string | undefined
}

export interface EntryQuery {
  readonly prefix: string
  /** keys in folders below are summed up by the folder's name */
  readonly byFolder?: boolean
  readonly token?: string | undefined
  /** keys in the page; S3's most is 1,000 */
  readonly limit?: number
}

export async function listEntries(
  client: S3Client,
  { prefix, byFolder, token, limit }: EntryQuery,
  signal: AbortSignal,
): Promise<EntryPage> {
  const query = {
    'list-type': '2',
    'encoding-type': 'url',
    prefix,
    ...(byFolder && { delimiter: '/' }),
    ...(token === undefined ? {} : { 'continuation-token': token }),
    ...(limit === undefined ? {} : { 'max-keys': String(limit) }),
  }
  const { text } = await client.call({ verb: 'list', method: 'GET', query }, signal)
  return parseEntryPage(text)
}

/** A ListObjectsV2 reply. */
export function parseEntryPage(text: string): EntryPage {
  const keyIn = text.includes('<EncodingType>url</EncodingType>') ? decodeUrl : (key: string) => key
  const partsOf = (tag: string): string[] => Array.from(text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs')), ([, part = '']) => part)
  return {
    keys: partsOf('Contents').map(part => ({
      key: keyIn(textOfTag(part, 'Key') ?? ''),
      size: Number(textOfTag(part, 'Size') ?? 0),
      etag: bareEtag(textOfTag(part, 'ETag') ?? ''),
    })),
    folders: partsOf('CommonPrefixes').map(part => keyIn(textOfTag(part, 'Prefix') ?? '')),
    next: text.includes('<IsTruncated>true</IsTruncated>') ? textOfTag(text, 'NextContinuationToken') : undefined,
  }
}
