/** What the in-process S3 server answers to each operation: plain values in, plain values out. */
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Operation } from './s3-server.ts'
import type { Shelf, StoredObject } from './s3-shelf.ts'

export interface Asked {
  readonly operation: Operation
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface AnswerContext {
  readonly shelf: Shelf
  readonly pageSize: number
  /** unfinished multipart uploads by their id */
  readonly uploads: Map<string, Map<number, StoredObject>>
}

/** An error in S3's form. */
export class S3Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }

  toXml(key: string): string {
    return `${xmlHead}<Error><Code>${this.code}</Code><Message>${escapeXml(this.message)}</Message><Key>${escapeXml(key)}</Key></Error>`
  }
}

export function answer(asked: Asked, context: AnswerContext): Reply {
  if (asked.operation !== 'create-bucket' && !context.shelf.hasBucket(asked.bucket))
    throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist')
  return answers[asked.operation](asked, context)
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n'

const answers: Record<Operation, (asked: Asked, context: AnswerContext) => Reply> = {
  'create-bucket': ({ bucket }, { shelf }) => {
    shelf.makeBucket(bucket)
    return reply(200)
  },
  'head-bucket': () => reply(200),
  head: (asked, { shelf }) => {
    const object = find(asked, shelf)
    return { status: 200, headers: { ...headersOf(object), 'content-length': String(object.bytes.length) }, body: Buffer.alloc(0) }
  },
  get: (asked, { shelf }) => {
    const object = find(asked, shelf)
    const wanted = asked.headers['if-match']
    if (wanted !== undefined && wanted !== `"${object.etag}"`)
      throw new S3Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
    const range = /^bytes=(\d+)-(\d*)$/.exec(asked.headers.range ?? '')
    if (range === null) return { status: 200, headers: headersOf(object), body: object.bytes }
    const start = Number(range[1])
    if (start >= object.bytes.length) throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable')
    const end = range[2] === '' ? object.bytes.length : Math.min(Number(range[2]) + 1, object.bytes.length)
    const contentRange = `bytes ${start}-${end - 1}/${object.bytes.length}`
    return { status: 206, headers: { ...headersOf(object), 'content-range': contentRange }, body: object.bytes.subarray(start, end) }
  },
  put: (asked, { shelf }) => {
    if (asked.headers['if-none-match'] === '*' && isHeld(shelf.get(asked.bucket, asked.key)))
      throw new S3Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
    const object = shelf.put(asked.bucket, asked.key, { bytes: asked.body })
    return reply(200, { etag: `"${object.etag}"`, ...versionHeader(object) })
  },
  delete: ({ bucket, key, query }, { shelf }) => {
    const gone = shelf.delete(bucket, key, query.get('versionId') ?? undefined)
    return reply(204, gone === undefined ? {} : versionHeader(gone))
  },
  'delete-many': ({ bucket, body, headers }, { shelf }) => {
    if (headers['content-md5'] === undefined && headers['x-amz-checksum-crc32'] === undefined && headers['x-amz-trailer'] === undefined)
      throw new S3Refusal(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5')
    const keys = tagsOf(body.toString(), 'Key')
    if (keys.length === 0 || keys.length > 1_000) throw new S3Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed')
    for (const key of keys) shelf.delete(bucket, key)
    const deleted = keys.map(key => `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`).join('')
    return xml(`<DeleteResult>${body.includes('<Quiet>true</Quiet>') ? '' : deleted}</DeleteResult>`)
  },
  list: ({ bucket, query }, { shelf, pageSize }) => {
    const prefix = query.get('prefix') ?? ''
    const token = query.get('continuation-token')
    const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString()
    const limit = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize)
    const delimiter = query.get('delimiter') ?? ''
    const isAfter = (key: string): boolean => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0
    const fitting = [
      ...new Set(shelf.keys(bucket).flatMap(key => (key.startsWith(prefix) ? summedUp(key, prefix, delimiter) : []))),
    ].filter(isAfter)
    const page = fitting.slice(0, limit)
    const more = fitting.length > limit
    const isEncoded = query.get('encoding-type') === 'url'
    const encode = isEncoded ? encodeURIComponent : escapeXml
    const isFolder = (key: string): boolean => delimiter !== '' && key !== prefix && key.endsWith(delimiter)
    const folders = page.filter(isFolder).map(key => `<CommonPrefixes><Prefix>${encode(key)}</Prefix></CommonPrefixes>`)
    const keys = page.filter(key => !isFolder(key))
    const contents = keys.map(key => `<Contents><Key>${encode(key)}</Key>${details(shelf.get(bucket, key))}</Contents>`).join('')
    const next = more ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? '').toString('base64url')}</NextContinuationToken>` : ''
    return xml(
      `<ListBucketResult><Name>${bucket}</Name><Prefix>${encode(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
        `<MaxKeys>${limit}</MaxKeys>${isEncoded ? '<EncodingType>url</EncodingType>' : ''}` +
        `<IsTruncated>${more}</IsTruncated>${next}${contents}${folders.join('')}</ListBucketResult>`,
    )
  },
  'get-versioning': ({ bucket }, { shelf }) =>
    xml(`<VersioningConfiguration>${shelf.keepsVersions(bucket) ? '<Status>Enabled</Status>' : ''}</VersioningConfiguration>`),
  'put-versioning': ({ bucket, body }, { shelf }) => {
    if (!body.includes('<Status>Enabled</Status>')) throw new S3Refusal(501, 'NotImplemented', 'versions can be switched on only')
    shelf.keepVersions(bucket)
    return reply(200)
  },
  'list-versions': ({ bucket, query }, { shelf, pageSize }) => {
    const prefix = query.get('prefix') ?? ''
    const [afterKey, afterVersion] = [query.get('key-marker'), query.get('version-id-marker')]
    const limit = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize)
    const fitting = shelf.versions(bucket).filter(({ key }) => key.startsWith(prefix))
    const marked = fitting.findIndex(({ key, object }) => key === afterKey && (object.versionId ?? 'null') === afterVersion)
    const start = afterKey === null ? 0 : marked >= 0 ? marked + 1 : fitting.findIndex(({ key }) => compareBytes(key, afterKey) > 0)
    const rest = start < 0 ? [] : fitting.slice(start)
    const page = rest.slice(0, limit)
    const last = page.at(-1)
    const isEncoded = query.get('encoding-type') === 'url'
    const encode = isEncoded ? encodeURIComponent : escapeXml
    const entries = page.map(({ key, object, isLatest }) => {
      const about = `<Key>${encode(key)}</Key><VersionId>${object.versionId ?? 'null'}</VersionId><IsLatest>${isLatest}</IsLatest>`
      return object.isRemoval === true
        ? `<DeleteMarker>${about}<LastModified>${new Date(object.time).toISOString()}</LastModified></DeleteMarker>`
        : `<Version>${about}${details(object)}</Version>`
    })
    const next =
      rest.length > limit && last !== undefined
        ? `<NextKeyMarker>${encode(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.object.versionId ?? 'null'}</NextVersionIdMarker>`
        : ''
    return xml(
      `<ListVersionsResult><Name>${bucket}</Name><Prefix>${encode(prefix)}</Prefix>${isEncoded ? '<EncodingType>url</EncodingType>' : ''}` +
        `<MaxKeys>${limit}</MaxKeys><IsTruncated>${next !== ''}</IsTruncated>${next}${entries.join('')}</ListVersionsResult>`,
    )
  },
  'create-upload': ({ bucket, key }, { uploads }) => {
    const id = randomUUID()
    uploads.set(id, new Map())
    return xml(
      `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    )
  },
  'upload-part': ({ query, body }, { uploads }) => {
    const etag = createHash('md5').update(body).digest('hex')
    uploadOf(query, uploads).set(Number(query.get('partNumber')), { bytes: body, etag, time: Date.now() })
    return reply(200, { etag: `"${etag}"` })
  },
  'complete-upload': ({ bucket, key, query, body }, { shelf, uploads }) => {
    const upload = uploadOf(query, uploads)
    const numbers = tagsOf(body.toString(), 'PartNumber').map(Number)
    const etags = tagsOf(body.toString(), 'ETag').map(tag => tag.replaceAll('"', ''))
    const parts = numbers.map((number, at) => {
      const part = upload.get(number)
      if (part === undefined || part.etag !== etags[at])
        throw new S3Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found')
      return part
    })
    if (parts.slice(0, -1).some(part => part.bytes.length < minPartSize)) throw new S3Refusal(400, 'EntityTooSmall', 'A part is too small')
    const joined = createHash('md5')
      .update(Buffer.concat(parts.map(part => Buffer.from(part.etag, 'hex'))))
      .digest('hex')
    const object = shelf.put(bucket, key, { bytes: Buffer.concat(parts.map(part => part.bytes)), etag: `${joined}-${parts.length}` })
    uploads.delete(query.get('uploadId') ?? '')
    const told = xml(
      `<CompleteMultipartUploadResult><Key>${escapeXml(key)}</Key><ETag>&quot;${object.etag}&quot;</ETag></CompleteMultipartUploadResult>`,
    )
    return { ...told, headers: { ...told.headers, ...versionHeader(object) } }
  },
  'abort-upload': ({ query }, { uploads }) => {
    uploadOf(query, uploads)
    uploads.delete(query.get('uploadId') ?? '')
    return reply(204)
  },
}

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const minPartSize = 5 * 1024 * 1024 // S3's, for every part but the last

function find({ bucket, key, query }: Asked, shelf: Shelf): StoredObject {
  const versionId = query.get('versionId') ?? undefined
  const object = shelf.get(bucket, key, versionId)
  if (object?.isRemoval === true && versionId !== undefined)
    throw new S3Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
  if (!isHeld(object))
    throw new S3Refusal(404, versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion', 'The specified key does not exist.')
  return object
}

const isHeld = (object: StoredObject | undefined): object is StoredObject => object !== undefined && object.isRemoval !== true

const versionHeader = ({ versionId }: StoredObject): Record<string, string> =>
  versionId === undefined ? {} : { 'x-amz-version-id': versionId }

function uploadOf(query: URLSearchParams, uploads: AnswerContext['uploads']): Map<number, StoredObject> {
  const upload = uploads.get(query.get('uploadId') ?? '')
  if (upload === undefined) throw new S3Refusal(404, 'NoSuchUpload', 'The specified multipart upload does not exist.')
  return upload
}

/** A key as a listing shows it: what goes on behind the delimiter is left out. */
function summedUp(key: string, prefix: string, delimiter: string): string {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return end < 0 ? key : key.slice(0, end + delimiter.length)
}

const reply = (status: number, headers: Readonly<Record<string, string>> = {}): Reply => ({ status, headers, body: Buffer.alloc(0) })

const xml = (text: string): Reply => ({ status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xmlHead + text) })

const headersOf = (object: StoredObject): Record<string, string> => ({
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.time).toUTCString(),
  'accept-ranges': 'bytes',
  ...versionHeader(object),
})

const details = (object: StoredObject | undefined): string =>
  object === undefined
    ? ''
    : `<LastModified>${new Date(object.time).toISOString()}</LastModified><ETag>&quot;${object.etag}&quot;</ETag><Size>${object.bytes.length}</Size>`

const tagsOf = (text: string, tag: string): string[] =>
  [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(found => unescapeXml(found[1] ?? ''))

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex?: string, decimal?: string, name?: string) =>
    name === undefined ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) : (entities[name] ?? ''),
  )

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
