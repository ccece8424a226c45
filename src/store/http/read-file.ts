/** Reads what is at a url, from any byte on. */
import { Readable } from 'node:stream'
import { DvError } from '../../base/error.ts'
import type { ReadOptions } from '../object-store.ts'
import type { HttpClient, HttpReply } from './client.ts'

export interface ReadPlace {
  readonly client: HttpClient
  readonly url: URL
  /** looks at the head before a byte is read, and throws where it is not what was expected */
  readonly check?: (reply: HttpReply) => void
}

/** @throws DvError 'object-missing', and what `consume` fails with */
export async function readHttpFile<T>(
  { client, url, check }: ReadPlace,
  { start = 0, signal }: ReadOptions,
  consume: (body: Readable) => Promise<T>,
): Promise<T> {
  const ranged = start > 0 ? { headers: { range: `bytes=${start}-` }, answers: [416] } : {}
  const request = { verb: 'read', method: 'GET', url, ...ranged }
  const reply = await client.send(request, signal)
  const { head } = reply
  try {
    if (reply.status === 416) {
      head.resume() // there is nothing from that byte on, so it was the end
      return await consume(Readable.from([]))
    }
    if (start > 0 && reply.status !== 206)
      throw new DvError('store-refused', `cannot read ${url.href} from byte ${start} on: the server knows no ranges`)
    check?.(reply)
    const result = await consume(head)
    if (head.errored) throw head.errored // cut short, and the consumer did not notice
    if (head.complete) head.resume()
    else head.destroy()
    return result
  } catch (error) {
    const broke = head.errored
    head.destroy()
    throw client.explain(broke ?? error, request, signal)
  }
}
