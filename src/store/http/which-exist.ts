/** Asks a web server, file by file, what it has. */
import type { ObjectId } from '../../base/object-id.ts'
import { pool } from '../../base/pool.ts'
import type { HttpClient } from './client.ts'

export interface Asking {
  readonly client: HttpClient
  readonly urlOf: (id: ObjectId) => URL
  /** requests at a time */
  readonly concurrency: number
}

export async function whichExist(
  { client, urlOf, concurrency }: Asking,
  ids: readonly ObjectId[],
  signal: AbortSignal,
): Promise<Set<ObjectId>> {
  const found = new Set<ObjectId>()
  await pool(new Set(ids), { limit: concurrency, signal }, async id => {
    if (await exists(client, urlOf(id), signal)) found.add(id)
  })
  return found
}

/** HEAD, and where a server has none, the head of a GET. */
export async function exists(client: HttpClient, url: URL, signal: AbortSignal): Promise<boolean> {
  const head = await client.send({ verb: 'look for', method: 'HEAD', url, answers: [404, 405, 410, 501] }, signal)
  head.head.resume()
  if (head.status !== 405 && head.status !== 501) return head.status < 400
  const reply = await client.send({ verb: 'look for', method: 'GET', url, answers: [404, 410] }, signal)
  reply.head.destroy()
  return reply.status < 400
}
