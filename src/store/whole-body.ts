/** Reads an object's bytes to the end, and tells whether they are the object. */
import type { Readable } from 'node:stream'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import { openHashSink } from './hash-sink.ts'
import { isObject } from './id-check.ts'
import { readHead } from './read-head.ts'
import { smallObjectBytes } from './whole-file.ts'

export interface BodyCheck {
  readonly isWhole: boolean
  readonly bytes: number
}

/** Keeps at most 1 MiB of it in memory: what is larger is hashed in a thread as it comes. */
export async function checkBody(body: Readable, { id, hash }: { readonly id: ObjectId; readonly hash: HashKind }): Promise<BodyCheck> {
  const head = await readHead(body, smallObjectBytes)
  if (head.ended) {
    const bytes = head.chunks.length === 1 && head.chunks[0] ? head.chunks[0] : Buffer.concat(head.chunks)
    return { isWhole: isObject(bytes, id, hash), bytes: bytes.length }
  }
  const sink = openHashSink({ id, hash }, undefined)
  let bytes = 0
  const take = (chunk: Uint8Array): Promise<void> => {
    bytes += chunk.length
    return sink.take(chunk)
  }
  try {
    for (const chunk of head.chunks) await take(chunk)
    for await (const chunk of body as AsyncIterable<Uint8Array>) await take(chunk)
    return { isWhole: await sink.matches(), bytes }
  } finally {
    await sink.settle()
  }
}
