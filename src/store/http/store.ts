/** Objects on a web server: read by GET, and written where the server takes POST or PUT. It knows no listing, as DVC's does not. */
import type { Context } from '../../base/context.ts'
import { DvError } from '../../base/error.ts'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { throwIfAborted } from '../../base/pool.ts'
import type { ObjectStore } from '../object-store.ts'
import type { RemoteConfig } from '../open.ts'
import { openHttpClient } from './client.ts'
import { objectUrl } from './object-url.ts'
import { readHttpFile } from './read-file.ts'
import { bodyOf } from './sent-object.ts'
import { clientOptions, readHttpSettings, remoteHints } from './settings.ts'
import { whichExist } from './which-exist.ts'

/** @throws DvError 'bad-config' */
export function openHttpStore(remote: RemoteConfig, hash: HashKind, context: Context): ObjectStore {
  const settings = readHttpSettings(remote, context.env)
  const { label, method, concurrency } = settings
  const client = openHttpClient(clientOptions(settings, remoteHints(settings)), context.env)
  const urlOf = (id: ObjectId): URL => objectUrl(settings.url, id, hash)
  const cannot = (verb: string): DvError =>
    new DvError('store-refused', `cannot ${verb} the objects at ${label}: HTTP has no request for it`, {
      hint: 'a webdav:// or webdavs:// remote can, where the server speaks WebDAV',
    })
  const list = async function* (signal: AbortSignal): AsyncGenerator<never> {
    throwIfAborted(signal)
    yield* [] as never[]
    throw cannot('list')
  }
  return {
    label,
    concurrency,
    has: async (ids, signal) => {
      throwIfAborted(signal)
      return whichExist({ client, urlOf, concurrency }, ids, signal)
    },
    read: (id, options, consume) => readHttpFile({ client, url: urlOf(id) }, options, consume),
    write: async (id, source, signal) => {
      throwIfAborted(signal)
      await client.call({ verb: 'write', method, url: urlOf(id), ...(await bodyOf({ id, source, hash })) }, signal)
    },
    list,
    inventory: list,
    remove: async (_ids, signal) => {
      throwIfAborted(signal)
      throw cannot('remove')
    },
    close: async () => client.close(),
  }
}
