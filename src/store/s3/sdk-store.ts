/** The same store with `@aws-sdk/client-s3` for every request: to tell whose fault a failure is. Nobody pays for it who does not ask. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3'
import * as sdk from '@aws-sdk/client-s3'
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { pool, throwIfAborted } from '../../base/pool.ts'
import { objectPath } from '../../format/object-path.ts'
import { onAbort } from '../abort-hooks.ts'
import type { ObjectStore } from '../object-store.ts'
import { findWhereabouts, type Whereabouts } from './aws-profile.ts'
import { type CredentialsDoor, openCredentials } from './credentials.ts'
import { networkError, type RequestContext, replyError } from './errors.ts'
import { openGate } from './gate.ts'
import { listPages, type Shelf, whichAreThere } from './listing.ts'
import { multipartThreshold, partsAtOnce, type UploadCalls, uploadInParts } from './multipart.ts'
import { quietSdk, silentLogger } from './sdk-quiet.ts'
import type { S3Settings } from './settings.ts'
import { timeoutCode } from './transport.ts'
import { prepareBody } from './upload-body.ts'

export async function openSdkStore(settings: S3Settings, hash: HashKind, context: Context): Promise<ObjectStore> {
  quietSdk()
  const whereabouts = await findWhereabouts(settings)
  const credentials = openCredentials(settings, context, whereabouts.region)
  const client = new sdk.S3Client(clientConfig(settings, whereabouts, credentials))
  const { bucket: Bucket, prefix, label } = settings
  const gate = openGate(partsAtOnce)
  const at = (id: ObjectId) => ({ Bucket, Key: prefix + objectPath(id, hash), ...objectFields(settings) })

  const about = (verb: string, target: string): RequestContext => ({
    verb,
    target,
    bucket: Bucket,
    remote: settings.remote,
    endpoint: whereabouts.endpoint?.origin ?? `https://s3.${whereabouts.region}.amazonaws.com`,
    keysFrom: credentials?.current()?.from ?? 'none',
  })
  /** One request, or the consumption of its body, with a signal of its own: the SDK adds a listener each time, and Node warns from ten on. */
  const ask = async <T>(
    verb: string,
    target: string,
    signal: AbortSignal,
    act: (own: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    throwIfAborted(signal)
    const control = new AbortController()
    const release = onAbort(signal, () => control.abort())
    try {
      return await act({ abortSignal: control.signal })
    } catch (error) {
      throwIfAborted(signal)
      throw sdkError(error, about(verb, target))
    } finally {
      release()
    }
  }
  const targetOf = (id: ObjectId): string => `${label}/${objectPath(id, hash)}`
  const shelf: Shelf = {
    prefix,
    hash,
    concurrency: settings.concurrency,
    page: (start, token, signal) =>
      ask('list', label, signal, async own => {
        const page = await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: start, ContinuationToken: token }), own)
        const contents = page.Contents ?? []
        return {
          keys: contents.map(entry => entry.Key ?? ''),
          facts: () => contents.map(entry => ({ size: entry.Size ?? Number.NaN, time: entry.LastModified?.getTime() ?? Number.NaN })),
          next: page.NextContinuationToken,
        }
      }),
    exists: async (id, signal) => {
      try {
        await ask('look for', targetOf(id), signal, own => client.send(new sdk.HeadObjectCommand(at(id)), own))
        return true
      } catch (error) {
        if (error instanceof DvError && error.code === 'object-missing') return false
        throw error
      }
    },
  }
  const uploadCalls = (id: ObjectId): UploadCalls => ({
    start: signal =>
      ask('write', targetOf(id), signal, async own => {
        const started = await client.send(new sdk.CreateMultipartUploadCommand({ ...at(id), ...writeFields(settings) }), own)
        return started.UploadId ?? ''
      }),
    send: ({ uploadId, number, bytes }, signal) =>
      ask('write', targetOf(id), signal, async own => {
        const sent = await client.send(new sdk.UploadPartCommand({ ...at(id), UploadId: uploadId, PartNumber: number, Body: bytes }), own)
        return sent.ETag ?? ''
      }),
    join: (uploadId, etags, signal) =>
      ask('write', targetOf(id), signal, async own => {
        const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
        await client.send(new sdk.CompleteMultipartUploadCommand({ ...at(id), UploadId: uploadId, MultipartUpload: { Parts } }), own)
      }),
    abandon: (uploadId, signal) =>
      ask('remove', targetOf(id), signal, async own => {
        await client.send(new sdk.AbortMultipartUploadCommand({ ...at(id), UploadId: uploadId }), own)
      }),
  })

  return {
    label,
    concurrency: settings.concurrency,
    has: async (ids, signal) => {
      throwIfAborted(signal)
      return whichAreThere(shelf, ids, signal)
    },
    read: (id, { start = 0, signal }, consume) =>
      ask('read', targetOf(id), signal, async own => {
        const ranged = start > 0 ? { Range: `bytes=${start}-` } : {}
        const reply = await client.send(new sdk.GetObjectCommand({ ...at(id), ...ranged }), own).catch((error: unknown) => {
          if (start > 0 && (error as SdkFailure).$metadata?.httpStatusCode === 416) return undefined
          throw error
        })
        const body = reply === undefined ? Readable.from([]) : (reply.Body as Readable)
        return consumeBody(body, consume)
      }),
    write: async (id, source, signal) => {
      throwIfAborted(signal)
      if (source.size > multipartThreshold) return uploadInParts(uploadCalls(id), { id, hash, source, gate }, signal)
      const { body, md5 } = await prepareBody({ id, source, hash, secure: true })
      const put = async (bytes: Uint8Array): Promise<void> => {
        const command = new sdk.PutObjectCommand({ ...at(id), ...writeFields(settings), ContentMD5: md5, Body: bytes })
        await ask('write', targetOf(id), signal, own => client.send(command, own))
      }
      // As a stream the SDK would wrap it, and an error of the stream would end the process (getAwsChunkedEncodingStream).
      if (ArrayBuffer.isView(body)) await put(body)
      else await gate.enter(async () => put(await buffer(body.open())))
    },
    list: async function* (signal) {
      for await (const page of listPages(shelf, '', signal)) if (page.ids.length > 0) yield page.ids
    },
    inventory: async function* (signal) {
      for await (const page of listPages(shelf, '', signal)) if (page.ids.length > 0) yield page.objects()
    },
    remove: (ids, signal) => {
      const batches = Array.from({ length: Math.ceil(ids.length / 1_000) }, (_, batch) => ids.slice(batch * 1_000, (batch + 1) * 1_000))
      return pool(batches, { limit: settings.concurrency, signal }, batch =>
        ask('remove from', label, signal, async own => {
          const Objects = batch.map(id => ({ Key: at(id).Key }))
          const { Errors = [] } = await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }), own)
          const first = Errors[0]
          if (first !== undefined)
            throw new DvError('store-refused', `cannot remove ${first.Key ?? ''} from ${label}: ${first.Code ?? 'no reason given'}`)
        }),
      )
    },
    close: async () => client.destroy(),
  }
}

function clientConfig(settings: S3Settings, { region, endpoint }: Whereabouts, credentials: CredentialsDoor | undefined): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: settings.concurrency + partsAtOnce }
  const { rejectUnauthorized, ca } = settings.trust
  return {
    region,
    maxAttempts: 1, // store/retry.ts is the only retry
    followRegionRedirects: true,
    ...(endpoint === undefined ? { tls: settings.secure } : { endpoint: endpoint.href }),
    forcePathStyle: endpoint !== undefined || settings.bucket.includes('.'),
    // A checksum of a whole object would be checked in a stream that never ends when the connection breaks.
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: silentLogger,
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs,
      socketTimeout: settings.readTimeoutMs,
      httpAgent: agent,
      httpsAgent: { ...agent, rejectUnauthorized, ...(ca === undefined ? {} : { ca }) },
      logger: silentLogger,
    },
    ...(credentials === undefined
      ? { signer: { sign: async request => request } }
      : {
          credentials: async () => {
            const { expiresAt, ...keys } = credentials.current() ?? (await credentials.load())
            return { ...keys, ...(expiresAt === undefined ? {} : { expiration: new Date(expiresAt) }) }
          },
        }),
  }
}

async function consumeBody<T>(body: Readable, consume: (body: Readable) => Promise<T>): Promise<T> {
  try {
    const result = await consume(body)
    if (body.errored) throw body.errored
    return result
  } catch (error) {
    throw body.errored ?? error
  } finally {
    if (!body.readableEnded) body.destroy()
  }
}

interface SdkFailure {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** The SDK's exceptions carry S3's code as their name, and for the network's failures Node's code, or at the least its name in the message. */
function sdkError(error: unknown, about: RequestContext): unknown {
  if (error instanceof DvError) return error
  const { name = '', message = '', code, $metadata } = error as SdkFailure
  const status = $metadata?.httpStatusCode
  if (status !== undefined) return replyError({ status, code: name === 'NotFound' || /^\d*$/.test(name) ? '' : name, message }, about)
  const known = code ?? /\bE[A-Z]{4,}\b/.exec(message)?.[0] ?? (name === 'TimeoutError' ? timeoutCode : undefined)
  return networkError(known === undefined ? error : Object.assign(error as Error, { code: known }), about)
}

const writeFields = ({ writeHeaders }: S3Settings): Partial<PutObjectCommandInput> =>
  definedOnly({
    ACL: writeHeaders['x-amz-acl'],
    GrantFullControl: writeHeaders['x-amz-grant-full-control'],
    GrantRead: writeHeaders['x-amz-grant-read'],
    GrantReadACP: writeHeaders['x-amz-grant-read-acp'],
    GrantWriteACP: writeHeaders['x-amz-grant-write-acp'],
    ServerSideEncryption: writeHeaders['x-amz-server-side-encryption'],
    SSEKMSKeyId: writeHeaders['x-amz-server-side-encryption-aws-kms-key-id'],
  })

const objectFields = ({
  objectHeaders,
}: S3Settings): { SSECustomerAlgorithm?: string; SSECustomerKey?: string; SSECustomerKeyMD5?: string } =>
  definedOnly({
    SSECustomerAlgorithm: objectHeaders['x-amz-server-side-encryption-customer-algorithm'],
    SSECustomerKey: objectHeaders['x-amz-server-side-encryption-customer-key'],
    SSECustomerKeyMD5: objectHeaders['x-amz-server-side-encryption-customer-key-md5'],
  })

const definedOnly = (fields: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined))
