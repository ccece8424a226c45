/** An object as the body of a request, with what a server may check it by. */
import type { Readable } from 'node:stream'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import type { ObjectSource } from '../object-store.ts'
import { prepareBody } from '../s3/upload-body.ts'
import type { HttpRequest } from './client.ts'

export interface SentObject {
  readonly id: ObjectId
  readonly source: ObjectSource
  readonly hash: HashKind
}

/** @throws DvError 'file-changed' when the source has not the size that it says */
export async function bodyOf({ id, source, hash }: SentObject): Promise<Required<Pick<HttpRequest, 'body' | 'headers'>>> {
  const { body, md5 } = await prepareBody({ id, source, hash, secure: true })
  if (ArrayBuffer.isView(body)) return { body, headers: { 'content-length': String(body.byteLength), 'content-md5': md5 } }
  const open = (): Readable => body.open()
  return { body: open, headers: { 'content-length': String(body.size), 'content-md5': md5, expect: '100-continue' } }
}
